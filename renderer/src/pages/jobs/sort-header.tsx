import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { JobSort } from "../../../../services/contract/api.ts";
import classes from "./job-table.module.css";

interface SortHeaderProps {
  readonly word: string;
  readonly up: JobSort;
  readonly down: JobSort;
  readonly sort: JobSort;
  readonly onSort: (sort: JobSort) => void;
  readonly isNumber?: boolean;
}

/** A column by which the list can be ordered; a second click turns the order round. */
export function SortHeader({ word, up, down, sort, onSort, isNumber = false }: SortHeaderProps) {
  const direction = sort === up ? "ascending" : sort === down ? "descending" : "none";
  const first = isNumber ? down : up;
  const second = isNumber ? up : down;
  return (
    <th scope="col" aria-sort={direction} className={isNumber ? classes["number"] : undefined}>
      <button
        type="button"
        className={classes["sort"]}
        onClick={() => onSort(sort === first ? second : first)}
      >
        {word}
        {direction === "ascending" && <IconArrowUp size={13} aria-hidden />}
        {direction === "descending" && <IconArrowDown size={13} aria-hidden />}
      </button>
    </th>
  );
}
