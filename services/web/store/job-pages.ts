import type { JobListQuery, JobPage, Store } from "./store.ts";

/** What of a query has to be said; the rest is all jobs of all crops. */
type AllOf = Pick<JobListQuery, "sort" | "limit"> &
  Partial<Pick<JobListQuery, "statuses" | "search" | "crop">>;

/** Every page of a list, each read when it is asked for. `limit` is the length of a page. */
export async function* jobPages(
  store: Pick<Store, "list">,
  { statuses = null, search = [], crop = null, sort, limit }: AllOf,
): AsyncGenerator<JobPage> {
  let cursor: string | null = null;
  do {
    const page: JobPage = await store.list({
      statuses,
      search,
      crop,
      sort,
      limit,
      cursor,
      offset: 0,
    });
    yield page;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
