import { useId, type ReactNode } from "react";
import classes from "./settings-page.module.css";

interface SectionProps {
  readonly title: string;
  /** Where it is kept, or who decides it. */
  readonly about: string;
  readonly children: ReactNode;
}

export function Section({ title, about, children }: SectionProps) {
  const heading = useId();
  return (
    <section className={classes["section"]} aria-labelledby={heading}>
      <header>
        <h2 id={heading} className={classes["title"]}>
          {title}
        </h2>
        <p className={classes["about"]}>{about}</p>
      </header>
      <div className={classes["body"]}>{children}</div>
    </section>
  );
}

/** One thing that can be chosen. */
export function Setting({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className={classes["setting"]}>
      <span className={classes["word"]}>{word}</span>
      {children}
    </div>
  );
}
