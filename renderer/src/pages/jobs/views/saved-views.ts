import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";
import { printValue } from "../../../../../services/contract/job-search.ts";

/** A view that a person gave a name: the query string of its address. */
const SavedView = z.object({ name: z.string().min(1).max(80), query: z.string().max(4000) });
export type SavedView = z.infer<typeof SavedView>;

const SavedViews = z.array(SavedView);

/** The views that are kept in this browser, in the order in which they were saved, and the ways to change them. */
export function useSavedViews() {
  const [views, setViews] = useLocalStorage<readonly SavedView[]>({
    key: "digester-job-views",
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: readViews,
    serialize: (value) => JSON.stringify(value),
  });
  return {
    views,
    save: (view: SavedView): void => setViews(withView(views, view)),
    remove: (name: string): void => setViews(views.filter((one) => one.name !== name)),
  };
}

/** What is not understood counts as not there. */
export function readViews(text: string | undefined): readonly SavedView[] {
  try {
    return SavedViews.parse(JSON.parse(text ?? "[]"));
  } catch {
    return [];
  }
}

/** A view takes the place of the one that has its name. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  const at = views.findIndex(({ name }) => name === view.name);
  return at === -1 ? [...views, view] : views.with(at, view);
}

/** Views that everybody has. @param name the person's; empty where it is not known. */
export function usualViews(name: string): readonly SavedView[] {
  return [
    { name: "Failed", query: search("status:failed", "-settledAt") },
    { name: "Running", query: search("status:in_progress", "startedAt") },
    { name: "Waiting", query: search("status:submitted", "id") },
    { name: "Held", query: search("status:held") },
    ...(name === "" ? [] : [{ name: "Mine", query: search(`submitter:${printValue(name)}`) }]),
  ];
}

function search(q: string, sort = ""): string {
  return new URLSearchParams({ q, ...(sort === "" ? {} : { sort }) }).toString();
}
