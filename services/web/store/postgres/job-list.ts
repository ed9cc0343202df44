import { jobSortFields, type JobSort } from "../../../contract/api.ts";
import { jobStatuses } from "../../../contract/job.ts";
import { notACursor, orderOf, parseCursor, toCursor, type Position } from "../job-query.ts";
import type { JobListQuery, JobPage } from "../store.ts";
import { listedColumns, plain, toJobRecord, type JobRow } from "./job-rows.ts";
import { createConditions, searchConditions, type Conditions } from "./search-sql.ts";

/** Asks the database. */
export type Ask = <R extends object>(text: string, values: unknown[]) => Promise<R[]>;

/** As `queryJobs`, by the database. */
export async function listJobs(ask: Ask, query: JobListQuery): Promise<JobPage> {
  const { sort, limit } = query;
  const [[counted], found] = await Promise.all([countAll(ask, query), pageOf(ask, query)]);
  const jobs = found.slice(0, limit).map(toJobRecord);
  const last = jobs.at(-1);
  return {
    jobs,
    total: counted?.total ?? 0,
    nextCursor:
      found.length > jobs.length && last !== undefined
        ? toCursor({ id: last.id, value: orderOf(sort).valueOf(last) }, sort)
        : null,
    unsearched: 0,
  };
}

function countAll(ask: Ask, query: JobListQuery): Promise<Array<{ total: number }>> {
  const filter = createConditions();
  addFilter(filter, query);
  return ask(`SELECT count(*) AS total FROM job WHERE ${filter.where()}`, filter.values());
}

/** The jobs of the page, and one more where there is one. */
async function pageOf(ask: Ask, query: JobListQuery): Promise<JobRow[]> {
  const { sort, limit, offset, cursor } = query;
  const page = createConditions();
  addFilter(page, query);
  if (cursor !== null) addCursor(page, await existing(ask, cursor, sort), sort);
  const { sql, way } = sortedBy(sort);
  return ask(
    `SELECT ${listedColumns} FROM job WHERE ${page.where()} ORDER BY ${sql} ${way} NULLS LAST, id ${way}
     LIMIT ${page.value(limit + 1)} OFFSET ${page.value(offset)}`,
    page.values(),
  );
}

function addFilter(conditions: Conditions, { statuses, crop, search }: JobListQuery): void {
  if (statuses !== null) conditions.add(`status = ANY(${conditions.value(statuses)}::text[])`);
  if (crop !== null) conditions.add(`crop = ${conditions.value(plain(crop))}`);
  searchConditions(conditions, search);
}

/** The columns hold what `queryJobs` compares; texts are compared by their bytes, as JavaScript does but for rare letters. */
function sortedBy(sort: JobSort): { sql: string; type: string; way: "ASC" | "DESC" } {
  const way = sort.startsWith("-") ? "DESC" : "ASC";
  const field = jobSortFields.find((one) => sort === one || sort === `-${one}`) ?? "id";
  switch (field) {
    case "id":
      return { sql: "id", type: "bigint", way };
    case "status": {
      const list = jobStatuses.map((status) => `'${status}'`).join(", ");
      return { sql: `(array_position(ARRAY[${list}], status) - 1)`, type: "double precision", way };
    }
    case "key":
    case "crop":
    case "digester":
      return { sql: field, type: "text", way };
    case "submittedBy":
      return { sql: "submitter", type: "text", way };
    case "priority":
    case "attempt":
      return { sql: field, type: "double precision", way };
    case "startedAt":
      return { sql: "started_at", type: "timestamptz", way };
    case "settledAt":
      return { sql: "settled_at", type: "timestamptz", way };
    case "updatedAt":
      return { sql: "updated_at", type: "timestamptz", way };
  }
}

async function existing(ask: Ask, cursor: string, sort: JobSort): Promise<Position> {
  const position = parseCursor(cursor, sort);
  const found = await ask("SELECT id FROM job WHERE id = $1", [position.id]);
  if (found.length === 0) throw notACursor(cursor);
  return position;
}

/** What comes after a position. Jobs without a value come last, whichever way the others stand. */
function addCursor(conditions: Conditions, { id, value }: Position, sort: JobSort): void {
  const { sql, type, way } = sortedBy(sort);
  const beyond = way === "ASC" ? ">" : "<";
  const number = `${conditions.value(id)}::bigint`;
  if (value === null) {
    conditions.add(`${sql} IS NULL AND id ${beyond} ${number}`);
    return;
  }
  const given = type === "timestamptz" ? new Date(Number(value)) : value;
  const at = `${conditions.value(given)}::${type}`;
  conditions.add(
    `(${sql} ${beyond} ${at} OR (${sql} = ${at} AND id ${beyond} ${number}) OR ${sql} IS NULL)`,
  );
}
