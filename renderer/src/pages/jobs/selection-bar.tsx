import { Button, CloseButton } from "@mantine/core";
import { useState } from "react";
import { jobActions, type JobAction } from "../../../../services/contract/api.ts";
import type { JobFilter } from "../../api/job-filter.ts";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import { actionWords } from "../job/action-words.ts";
import { BulkDialog } from "./bulk-dialog.tsx";
import { countOf, isEmpty, type Selection } from "./selection.ts";
import classes from "./selection-bar.module.css";

interface SelectionBarProps {
  readonly selection: Selection;
  readonly filter: JobFilter;
  readonly total: number;
  readonly onSelectAll: () => void;
  readonly onClear: () => void;
}

/** What can be done with the selected jobs. It floats, so that selecting moves nothing. */
export function SelectionBar({
  selection,
  filter,
  total,
  onSelectAll,
  onClear,
}: SelectionBarProps) {
  const [action, setAction] = useState<JobAction | null>(null);
  if (isEmpty(selection)) return null;
  const count = countOf(selection, total);
  return (
    <section className={classes["bar"]} aria-label="Selected jobs">
      <span className={classes["count"]}>{formatCount(count)} selected</span>
      {jobActions.map((one) => (
        <Button key={one} variant="default" onClick={() => setAction(one)}>
          {actionWords[one]}
          {one === "priority" && "…"}
        </Button>
      ))}
      {total > count && (
        <Button variant="subtle" onClick={onSelectAll}>
          Select all {formatPlural(total, "job")} that match
        </Button>
      )}
      <CloseButton aria-label="Select nothing" onClick={onClear} />
      {action !== null && (
        <BulkDialog
          action={action}
          selection={selection}
          filter={filter}
          onClose={() => setAction(null)}
          onDone={() => {
            setAction(null);
            onClear();
          }}
        />
      )}
    </section>
  );
}
