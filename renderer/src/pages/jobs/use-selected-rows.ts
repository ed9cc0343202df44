import { useState } from "react";
import type { JobSummary } from "../../../../services/contract/job.ts";
import type { JobFilter } from "../../api/job-filter.ts";
import { useStable } from "../../components/use-stable.ts";
import { frozenRows } from "./rows.ts";
import { isEmpty, nothingSelected, toggle, type Selection } from "./selection.ts";

interface State {
  readonly selection: Selection;
  /** The rows when the first of them was selected: their order stays until none is. */
  readonly frozen: readonly JobSummary[];
  readonly lastClicked: number | null;
  readonly filter: JobFilter;
}

/** Selection over the loaded rows. While something is selected no row moves; another filter selects nothing. */
export function useSelectedRows(loaded: readonly JobSummary[], filter: JobFilter) {
  const empty: State = { selection: nothingSelected, frozen: [], lastClicked: null, filter };
  const [state, setState] = useState(empty);
  if (state.filter !== filter) setState(empty);

  const { selection } = state;
  const rows = isEmpty(selection) ? loaded : frozenRows(state.frozen, loaded);

  function select(next: Selection, lastClicked: number | null): void {
    if (isEmpty(next)) setState(empty);
    else
      setState({
        selection: next,
        frozen: isEmpty(selection) ? loaded : state.frozen,
        lastClicked,
        filter,
      });
  }

  const toggleRow = useStable((id: number, withRange: boolean) => {
    const order = rows.map((row) => row.id);
    const range = withRange && state.lastClicked !== null ? { from: state.lastClicked } : null;
    select(toggle(selection, id, order, range), id);
  });

  return {
    rows,
    selection,
    toggle: toggleRow,
    toggleLoaded: (): void => {
      const all = rows.every((row) => selection.kind === "all" || selection.ids.has(row.id));
      select(
        all ? nothingSelected : { kind: "some", ids: new Set(rows.map((row) => row.id)) },
        null,
      );
    },
    selectAll: (): void => {
      select({ kind: "all" }, null);
    },
    clear: (): void => {
      setState(empty);
    },
  };
}
