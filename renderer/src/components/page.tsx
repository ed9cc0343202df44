import type { ReactNode } from "react";
import { LiveMark, useMark } from "../frame/live-mark.tsx";
import { StaleBanner } from "../frame/stale-banner.tsx";
import { PageBoundary } from "./page-boundary.tsx";
import classes from "./page.module.css";

interface PageProps {
  readonly title: string;
  /** What stands in place of the title in the top line. */
  readonly heading?: ReactNode;
  /** What stands at the right of the title. */
  readonly tools?: ReactNode;
  /** What stays in place above the part that scrolls. */
  readonly fixed?: ReactNode;
  /** The page has a scroll area of its own within. */
  readonly ownScroll?: boolean;
  readonly children: ReactNode;
}

/** A page: the top line, what stays, and one scroll area. */
export function Page({ title, heading, tools, fixed, ownScroll = false, children }: PageProps) {
  const isStale = useMark().kind === "disconnected";
  return (
    <div className={classes["page"]}>
      <title>{`${title} · Digester`}</title>
      <main id="content" tabIndex={-1} className={classes["main"]} aria-label={title}>
        <header className={classes["top"]}>
          <h1 className={classes["title"]}>{heading ?? title}</h1>
          <div className={classes["tools"]}>{tools}</div>
          <LiveMark />
        </header>
        <PageBoundary>
          {fixed}
          <div className={ownScroll ? classes["own"] : classes["scroll"]} data-stale={isStale}>
            {children}
          </div>
        </PageBoundary>
      </main>
      <StaleBanner />
    </div>
  );
}
