import { Link } from "wouter";
import type { AttachedDigester, DigesterStatus } from "../../../../services/contract/digester.ts";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import { optionWords } from "../../format/option-words.ts";
import { WaitingList } from "./waiting-list.tsx";
import classes from "./waiting-line.module.css";

interface WaitingLineProps {
  readonly digester: AttachedDigester;
  readonly status: DigesterStatus;
}

/** The regulator in force and the line that it keeps. */
export function WaitingLine({ digester, status }: WaitingLineProps) {
  const info = digester.regulators.find((one) => one.name === status.regulator.name);
  const options = optionWords(status.regulator.options);
  return (
    <>
      <div className={classes["head"]}>
        <h3 className={classes["heading"]}>
          {formatPlural(status.waiting.length, "job")} waiting
          <span className={classes["limit"]}> of {formatCount(status.lineLimit)} at most</span>
        </h3>
        <span>{info?.title ?? status.regulator.name}</span>
        <Link
          href={`/regulator?digester=${encodeURIComponent(digester.id)}`}
          className={classes["regulate"] ?? ""}
        >
          Regulate
        </Link>
      </div>
      <p className={classes["description"]}>{info?.description}</p>
      {options !== "" && <p className={classes["options"]}>{options}</p>}
      <WaitingList waiting={status.waiting} />
    </>
  );
}
