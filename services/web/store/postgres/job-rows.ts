import type { JobRecord, Volatile } from "../../jobs/job-record.ts";
import { JobRecord as Stored, readAs } from "../store-schema.ts";

/** The columns that a job is read from. */
export const jobColumns =
  "id, reason, progress, bytes_read, bytes_total, lease_until, body, result";
/** As `jobColumns`, for lists: results may be long. */
export const listedColumns =
  "id, reason, progress, bytes_read, bytes_total, lease_until, body, NULL AS result";

export interface JobRow {
  readonly id: number;
  readonly reason: unknown;
  readonly progress: number | null;
  readonly bytes_read: number | null;
  readonly bytes_total: number | null;
  readonly lease_until: Date | null;
  readonly body: object;
  readonly result: unknown;
}

/** @throws AppError `unavailable` where the row was written by a version that this one does not understand. */
export function toJobRecord(row: JobRow): JobRecord {
  return readAs(
    Stored,
    {
      ...row.body,
      reason: row.reason,
      progress: row.progress,
      bytesRead: row.bytes_read,
      bytesTotal: row.bytes_total,
      leaseUntil: row.lease_until?.getTime() ?? null,
      result: row.result,
    },
    `Job ${row.id} in the database`,
  );
}

/** What is written of a job: the values of one column, and the column that they go to. */
interface Column {
  readonly name: string;
  /** Of the values; those of lists come joined, since arrays of arrays must be rectangular. */
  readonly type: string;
  readonly isList?: true;
  readonly of: (job: JobRecord) => unknown;
}

const columns: readonly Column[] = [
  { name: "id", type: "bigint", of: (job) => job.id },
  { name: "crop", type: "text", of: (job) => job.crop },
  { name: "key", type: "text", of: (job) => job.key },
  { name: "status", type: "text", of: (job) => job.status },
  { name: "attempt", type: "integer", of: (job) => job.attempt },
  { name: "held", type: "boolean", of: (job) => job.held },
  { name: "priority", type: "double precision", of: (job) => job.priority },
  { name: "digester", type: "text", of: (job) => plain(job.digester) },
  { name: "submitter", type: "text", of: (job) => plain(job.submittedBy) },
  { name: "source", type: "text", of: (job) => plain(job.source) },
  { name: "tables", type: "text", isList: true, of: (job) => joined(job.tables) },
  { name: "failure", type: "text", of: (job) => job.failure },
  { name: "submitted_at", type: "timestamptz", of: (job) => new Date(job.submittedAt) },
  { name: "started_at", type: "timestamptz", of: (job) => dateOf(job.startedAt) },
  { name: "settled_at", type: "timestamptz", of: (job) => dateOf(job.settledAt) },
  { name: "updated_at", type: "timestamptz", of: (job) => new Date(job.updatedAt) },
  { name: "reason", type: "json", of: (job) => json(job.reason) },
  { name: "progress", type: "double precision", of: (job) => job.progress },
  { name: "bytes_read", type: "double precision", of: (job) => job.bytesRead },
  { name: "bytes_total", type: "double precision", of: (job) => job.bytesTotal },
  { name: "lease_until", type: "timestamptz", of: (job) => dateOf(job.leaseUntil) },
  { name: "key_search", type: "text", of: (job) => searched(job.key) },
  { name: "crop_search", type: "text", of: (job) => searched(job.crop) },
  { name: "digester_search", type: "text", of: (job) => searched(job.digester) },
  { name: "submitter_search", type: "text", of: (job) => searched(job.submittedBy) },
  { name: "source_search", type: "text", of: (job) => searched(job.source) },
  {
    name: "tables_search",
    type: "text",
    isList: true,
    of: (job) => joined(job.tables.map(searched)),
  },
  { name: "message_search", type: "text", of: (job) => searched(job.message) },
  { name: "reason_search", type: "text", of: (job) => searched(job.reason) },
  { name: "body", type: "json", of: bodyOf },
  { name: "result", type: "json", of: (job) => json(job.result) },
];

const names = columns.map(({ name }) => name).join(", ");
const given = columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(", ");
/** Between the texts of a list, and never in one. */
const between = "\u0001";
const newValue = ({ name, isList }: Column): string =>
  isList === true ? `string_to_array(new.${name}, chr(1))` : `new.${name}`;

/** Statements that write many jobs at once: one array of values for each column. */
export const insertJobs = `
  INSERT INTO job (${names})
  SELECT ${columns.map(newValue).join(", ")} FROM unnest(${given}) AS new(${names})`;

/** The last parameter says which attempt each job was in when the change was decided upon: the fence. */
export const updateJobs = `
  UPDATE job SET ${columns
    .slice(1)
    .map((column) => `${column.name} = ${newValue(column)}`)
    .join(", ")}
  FROM unnest(${given}, $${columns.length + 1}::integer[]) AS new(${names}, fence)
  WHERE job.id = new.id AND job.attempt = new.fence`;

/** The parameters of `insertJobs`, and those of `updateJobs` but the last: a list for each column. */
export function jobValues(jobs: readonly JobRecord[]): unknown[][] {
  return columns.map(({ of }) => jobs.map(of));
}

/** As text: an object in an array of values would be taken for a row. */
export function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

const dateOf = (time: number | null): Date | null => (time === null ? null : new Date(time));

/** A text column cannot hold NUL, which JSON can. */
export function plain(text: string | null): string | null {
  return text?.replaceAll("\0", "\uFFFD") ?? null;
}

const inColumns: Partial<Record<keyof JobRecord, undefined>> = {
  reason: undefined,
  progress: undefined,
  bytesRead: undefined,
  bytesTotal: undefined,
  leaseUntil: undefined,
  result: undefined,
};

function bodyOf(job: JobRecord): string {
  return JSON.stringify({ ...job, ...inColumns });
}

/** A text as searches look into it. */
export function searched(text: string | null): string {
  return plain(text)?.toLowerCase() ?? "";
}

/** A list of texts as one, which `string_to_array` takes apart again. */
export function joined(texts: readonly string[]): string {
  return texts.map((text) => (plain(text) ?? "").replaceAll(between, "\uFFFD")).join(between);
}

/** What is volatile of a job, as columns. */
export const volatileColumns: ReadonlyArray<{
  readonly field: keyof Volatile;
  readonly name: string;
  readonly type: string;
  readonly value: (fields: Partial<Volatile>) => unknown;
}> = [
  { field: "reason", name: "reason", type: "json", value: ({ reason }) => json(reason) },
  {
    field: "reason",
    name: "reason_search",
    type: "text",
    value: ({ reason }) => searched(reason ?? null),
  },
  {
    field: "progress",
    name: "progress",
    type: "double precision",
    value: ({ progress }) => progress ?? null,
  },
  {
    field: "bytesRead",
    name: "bytes_read",
    type: "double precision",
    value: ({ bytesRead }) => bytesRead ?? null,
  },
  {
    field: "bytesTotal",
    name: "bytes_total",
    type: "double precision",
    value: ({ bytesTotal }) => bytesTotal ?? null,
  },
  {
    field: "leaseUntil",
    name: "lease_until",
    type: "timestamptz",
    value: ({ leaseUntil }) => dateOf(leaseUntil ?? null),
  },
];
