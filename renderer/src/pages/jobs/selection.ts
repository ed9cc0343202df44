import type { BulkActionBody } from "../../../../services/contract/api.ts";
import type { JobFilter } from "../../api/job-filter.ts";

/** Jobs that a person picked: some by number, or all that the filter lets through, known or not, but for some. */
export type Selection =
  | { readonly kind: "some"; readonly ids: ReadonlySet<number> }
  | { readonly kind: "all"; readonly except: ReadonlySet<number> };

export const nothingSelected: Selection = { kind: "some", ids: new Set() };
export const allSelected: Selection = { kind: "all", except: new Set() };

export function isSelected(selection: Selection, id: number): boolean {
  return selection.kind === "all" ? !selection.except.has(id) : selection.ids.has(id);
}

export function isEmpty(selection: Selection): boolean {
  return selection.kind === "some" && selection.ids.size === 0;
}

/** @param total jobs that match the filter. */
export function countOf(selection: Selection, total: number): number {
  return selection.kind === "all" ? Math.max(0, total - selection.except.size) : selection.ids.size;
}

/** Gives jobs a new state: that of the one whose box was clicked, which is the other one than it had. */
export function toggle(selection: Selection, id: number, along: readonly number[]): Selection {
  const select = !isSelected(selection, id);
  const marked = new Set(selection.kind === "all" ? selection.except : selection.ids);
  const marks = select === (selection.kind === "some");
  for (const one of [id, ...along]) {
    if (marks) marked.add(one);
    else marked.delete(one);
  }
  return selection.kind === "all" ? { kind: "all", except: marked } : { kind: "some", ids: marked };
}

/** What of a bulk action says which jobs are meant. */
export function targetOf(
  selection: Selection,
  { q }: JobFilter,
): Pick<BulkActionBody, "ids" | "filter" | "except"> {
  if (selection.kind === "some") return { ids: [...selection.ids] };
  const except = [...selection.except];
  return { filter: q === "" ? {} : { q }, ...(except.length === 0 ? {} : { except }) };
}
