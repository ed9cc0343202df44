import { useState } from "react";
import type { JobFilter } from "../../api/job-filter.ts";
import { allSelected, isEmpty, nothingSelected, toggle, type Selection } from "./selection.ts";

interface State {
  readonly selection: Selection;
  readonly lastClicked: { readonly id: number; readonly index: number } | null;
  readonly filter: JobFilter;
}

/** A range longer than this is rather meant as all. */
const longestRange = 5000;

/**
 * What is selected of a list; another filter selects nothing.
 *
 * @param idsBetween the numbers of the jobs that stand from one place of the list to another.
 */
export function useSelection(
  filter: JobFilter,
  idsBetween: (from: number, to: number) => Promise<readonly number[]>,
) {
  const empty: State = { selection: nothingSelected, lastClicked: null, filter };
  const [state, setState] = useState(empty);
  if (state.filter.q !== filter.q) setState(empty);

  async function toggleRow(id: number, index: number, withRange: boolean): Promise<void> {
    const { lastClicked } = state;
    const along =
      withRange && lastClicked !== null && Math.abs(lastClicked.index - index) < longestRange
        ? await idsBetween(lastClicked.index, index)
        : [];
    setState((now) => {
      const selection = toggle(now.selection, id, along);
      return isEmpty(selection) ? empty : { selection, lastClicked: { id, index }, filter };
    });
  }

  return {
    selection: state.selection,
    toggleRow,
    selectAll: (): void => setState({ selection: allSelected, lastClicked: null, filter }),
    clear: (): void => setState(empty),
  };
}
