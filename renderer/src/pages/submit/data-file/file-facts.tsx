import { Button } from "@mantine/core";
import type { Preview } from "../../../../../services/contract/preview.ts";
import { useByteUnits } from "../../../components/units.ts";
import { formatBytes, formatCount, formatPlural } from "../../../format/numbers.ts";
import { fileName } from "../../../format/paths.ts";
import { formatSpan } from "../../../format/time.ts";
import classes from "./file-facts.module.css";

interface FileFactsProps {
  readonly preview: Preview;
  readonly others: readonly string[];
  readonly onOther: () => void;
}

/** The file, how large it is and how large what is made of it will be. */
export function FileFacts({ preview, others, onOther }: FileFactsProps) {
  const { path, bytes, estimate } = preview;
  const [units] = useByteUnits();
  const about = estimate.exact ? "" : "about ";
  return (
    <section aria-label="File" className={classes["facts"]}>
      <div className={classes["line"]}>
        <span className={classes["path"]}>{path}</span>
        <Button variant="subtle" size="compact-xs" onClick={onOther}>
          Another file
        </Button>
      </div>
      <p className={classes["muted"]} title={estimate.basis}>
        {formatBytes(bytes, units)} · {about}
        {formatPlural(estimate.rows, "row")} × {formatPlural(estimate.columns, "column")} · makes
        about {formatBytes(estimate.digestBytes, units)} in{" "}
        {estimate.seconds < 1 ? "less than a second" : formatSpan(estimate.seconds * 1000)}
      </p>
      {others.length > 0 && (
        <p className={classes["muted"]}>
          With it {formatCount(others.length)} more, to be loaded the same way:{" "}
          {others.slice(0, 5).map(fileName).join(", ")}
          {others.length > 5 && " …"}
        </p>
      )}
    </section>
  );
}
