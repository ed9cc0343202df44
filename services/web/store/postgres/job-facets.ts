import type { JobFacets } from "../../../contract/api.ts";
import type { Qualifier } from "../../../contract/job-search.ts";
import type { FacetsQuery } from "../store.ts";
import type { Ask } from "./job-list.ts";
import { createConditions, facetSql, searchConditions } from "./search-sql.ts";

/** As `countFacets`, by the database. */
export async function countFacets(ask: Ask, query: FacetsQuery): Promise<JobFacets> {
  return {
    facets: await Promise.all(query.qualifiers.map((qualifier) => countOne(ask, qualifier, query))),
  };
}

async function countOne(
  ask: Ask,
  qualifier: Qualifier,
  { search, like, limit }: FacetsQuery,
): Promise<JobFacets["facets"][number]> {
  const conditions = createConditions();
  searchConditions(
    conditions,
    search.filter((term) => term.qualifier !== qualifier),
  );
  const part = like?.toLowerCase() ?? "";
  const values = `SELECT ${facetSql(qualifier)} AS value FROM job WHERE ${conditions.where()}`;
  const rows = await ask<{ value: string; count: number; distinct: number }>(
    `SELECT value, count(*) AS count, count(*) OVER () AS distinct
     FROM (${values}) AS found WHERE value IS NOT NULL GROUP BY value
     ORDER BY count DESC, value COLLATE "C" LIMIT ${conditions.value(part === "" ? limit : null)}`,
    conditions.values(),
  );
  // What is small of a letter, the database may not know.
  const found = rows.filter(({ value }) => value.toLowerCase().includes(part));
  const distinct = part === "" ? (rows[0]?.distinct ?? 0) : found.length;
  return {
    qualifier,
    values: found.slice(0, limit).map(({ value, count }) => ({ value, count })),
    more: Math.max(0, distinct - limit),
  };
}
