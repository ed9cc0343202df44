import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { JobSort } from "../../../../services/contract/api.ts";
import { columnOf, type ColumnName } from "./columns.ts";
import { turned } from "./sorting.ts";
import classes from "./job-table.module.css";

interface ColumnHeadProps {
  readonly column: ColumnName;
  readonly sort: JobSort;
  readonly onSort: (sort: JobSort) => void;
}

/** The head of a column; where the list can be ordered by it, a click does, and a second one turns the order round. */
export function ColumnHead({ column, sort, onSort }: ColumnHeadProps) {
  const { word, sort: first, isNumber } = columnOf(column);
  const className = isNumber === true ? classes["number"] : undefined;
  if (first === undefined) {
    return (
      <th scope="col" data-column={column} className={className}>
        {word}
      </th>
    );
  }
  const isBy = sort === first || sort === turned(first);
  const direction = !isBy ? "none" : sort.startsWith("-") ? "descending" : "ascending";
  return (
    <th scope="col" data-column={column} aria-sort={direction} className={className}>
      <button
        type="button"
        className={classes["sort"]}
        onClick={() => onSort(sort === first ? turned(first) : first)}
      >
        {word}
        {direction === "ascending" && <IconArrowUp size={13} aria-hidden />}
        {direction === "descending" && <IconArrowDown size={13} aria-hidden />}
      </button>
    </th>
  );
}
