import type { JobSearch, Qualifier, SearchTerm } from "../../../contract/job-search.ts";
import { searched } from "./job-rows.ts";

/** Conditions on jobs that are put together one by one, each with its values. */
export interface Conditions {
  add(condition: string): void;
  /** The place of a value in the statement. */
  value(value: unknown): string;
  where(): string;
  values(): unknown[];
}

export function createConditions(): Conditions {
  const conditions: string[] = [];
  const values: unknown[] = [];
  return {
    add: (condition) => void conditions.push(condition),
    value: (value) => `$${values.push(value)}`,
    where: () => (conditions.length === 0 ? "true" : conditions.join(" AND ")),
    values: () => values,
  };
}

/** As `termMatcher` of each term. */
export function searchConditions(conditions: Conditions, search: JobSearch): void {
  for (const { qualifier, values, not } of search) {
    const any = values.map((value) => valueCondition(conditions, qualifier, searched(value)));
    conditions.add(`${not ? "NOT " : ""}(${any.join(" OR ")})`);
  }
}

function valueCondition(
  conditions: Conditions,
  qualifier: SearchTerm["qualifier"],
  value: string,
): string {
  const holds = (column: string): string =>
    `strpos(${column}, ${conditions.value(value)}::text) > 0`;
  switch (qualifier) {
    case null:
      return [
        ...["key", "source", "reason", "message", "submitter"].map((field) =>
          holds(`${field}_search`),
        ),
        `EXISTS (SELECT FROM unnest(tables_search) AS one WHERE ${holds("one")})`,
        `EXISTS (SELECT FROM instruction WHERE instruction.job = job.id AND ${holds("search")})`,
      ].join(" OR ");
    case "name":
      return value === "" ? "key_search = ''" : holds("key_search");
    case "file":
      return value === "" ? "source_search = ''" : holds("source_search");
    case "error": {
      const kind = `failure = ${conditions.value(value)}::text`;
      return `status = 'failed' AND (coalesce(${kind}, false) OR ${holds("reason_search")} OR ${holds("message_search")})`;
    }
    case "status":
      return isSame(conditions, standings, value);
    case "table":
      return isSame(
        conditions,
        "CASE tables_search WHEN '{}' THEN '{\"\"}' ELSE tables_search END",
        value,
      );
    case "submitter":
    case "crop":
    case "digester":
      return isSame(conditions, `ARRAY[${qualifier}_search]`, value);
  }
}

const standings =
  "CASE WHEN held AND status = 'submitted' THEN ARRAY[status, 'held'] ELSE ARRAY[status] END";

/** Whether one of the names is the value, in which `*` stands for any characters. */
function isSame(conditions: Conditions, names: string, value: string): string {
  if (!value.includes("*")) return `${conditions.value(value)}::text = ANY(${names})`;
  const pattern = value.replaceAll(/[\\%_]/g, "\\$&").replaceAll("*", "%");
  return `EXISTS (SELECT FROM unnest(${names}) AS one WHERE one LIKE ${conditions.value(pattern)})`;
}

/** The values of a qualifier, as `facetValues` tells them. */
export function facetSql(qualifier: Qualifier): string {
  switch (qualifier) {
    case "status":
      return `unnest(${standings})`;
    case "submitter":
    case "digester":
      return `coalesce(${qualifier}, '')`;
    case "table":
      return "unnest(CASE tables WHEN '{}' THEN '{\"\"}' ELSE tables END)";
    case "file":
      return "coalesce(source, '')";
    case "crop":
      return "crop";
    case "error":
      return "failure";
    case "name":
      return "key";
  }
}
