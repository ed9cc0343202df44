import type { EarlierLoads } from "../../contract/callback.ts";
import { pathsOf } from "../jobs/instruction-paths.ts";
import { jobPages } from "../store/job-pages.ts";
import type { Store } from "../store/store.ts";

/** Tables that bring names which later loads refer to. */
const namingTables = ["germplasm", "dnasample", "dnarun", "marker", "linkage_group"];
const perPage = 200;
/** More are not looked through: a crop with so many loads has a database that can be asked. */
const mostLoads = 2000;

/**
 * Where completed loads of the same crop left tables that bring names, the newest first, each place once.
 *
 * @param job the one that asks, which is left out; its id is null while it is none yet.
 */
export async function earlierLoads(
  store: Pick<Store, "list" | "instruction">,
  job: { readonly id: number | null; readonly crop: string },
): Promise<EarlierLoads> {
  const places = new Map<string, Set<string>>();
  const completed = jobPages(store, {
    statuses: ["completed"],
    search: [{ qualifier: "table", values: namingTables, not: false }],
    crop: job.crop,
    sort: "-settledAt",
    limit: perPage,
  });
  for await (const { jobs } of completed) {
    for (const { id, tables } of jobs) {
      if (id === job.id) continue;
      const found = pathsOf(await store.instruction(id)).find(({ role }) => role === "destination");
      if (found === undefined || found.path === "") continue;
      const known = places.get(found.path);
      if (known === undefined && places.size === mostLoads)
        return { loads: told(places), more: true };
      places.set(found.path, new Set([...(known ?? []), ...tables.filter(isNaming)]));
    }
  }
  return { loads: told(places), more: false };
}

const isNaming = (table: string): boolean => namingTables.includes(table);

function told(places: ReadonlyMap<string, ReadonlySet<string>>): EarlierLoads["loads"] {
  return [...places].map(([destination, tables]) => ({ destination, tables: [...tables] }));
}
