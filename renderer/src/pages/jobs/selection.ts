import type { BulkActionBody } from "../../../../services/contract/api.ts";
import type { JobFilter } from "../../api/job-filter.ts";

/** Jobs that a person picked: some by number, or all that the filter lets through, loaded or not. */
export type Selection =
  { readonly kind: "some"; readonly ids: ReadonlySet<number> } | { readonly kind: "all" };

export const nothingSelected: Selection = { kind: "some", ids: new Set() };

export function isSelected(selection: Selection, id: number): boolean {
  return selection.kind === "all" || selection.ids.has(id);
}

export function isEmpty(selection: Selection): boolean {
  return selection.kind === "some" && selection.ids.size === 0;
}

/**
 * One row's box was clicked. With `range`, every row from the last clicked one to this takes its new state.
 *
 * @param order ids as they are shown.
 */
export function toggle(
  selection: Selection,
  id: number,
  order: readonly number[],
  range: { from: number } | null,
): Selection {
  const ids = selection.kind === "all" ? new Set(order) : new Set(selection.ids);
  const select = !ids.has(id);
  for (const one of range === null ? [id] : between(order, range.from, id)) {
    if (select) ids.add(one);
    else ids.delete(one);
  }
  return { kind: "some", ids };
}

function between(order: readonly number[], from: number, to: number): readonly number[] {
  const [a, b] = [order.indexOf(from), order.indexOf(to)];
  return a === -1 || b === -1 ? [to] : order.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** What of a bulk action says which jobs are meant. */
export function targetOf(
  selection: Selection,
  filter: JobFilter,
): Pick<BulkActionBody, "ids" | "filter"> {
  if (selection.kind === "some") return { ids: [...selection.ids] };
  return {
    filter: {
      ...(filter.status.length === 0 ? {} : { status: [...filter.status] }),
      ...(filter.q === "" ? {} : { q: filter.q }),
    },
  };
}
