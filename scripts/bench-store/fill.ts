import { access, writeFile } from "node:fs/promises";
import type { StoredInstruction } from "../../services/contract/instruction.ts";
import { readInstruction } from "../../services/contract/instruction.ts";
import { FIRST_PHASE } from "../../services/digest/failure-message.ts";
import { applyPatch, newJob } from "../../services/web/jobs/job-model.ts";
import type { JobRecord, NewEvent } from "../../services/web/jobs/job-record.ts";
import { openLowdbStore } from "../../services/web/store/lowdb-store.ts";
import type { Change } from "../../services/web/store/store.ts";

const submitters = ["ada", "ben", "chi", "dov", null];
const start = Date.UTC(2026, 0, 1);
const together = 2000;
/** Of a hundred, so many have yet to be digested. */
const unsettled = 1;

export interface PlainData {
  jobs: JobRecord[];
}

/** Jobs as a year brings them, nearly all of them digested. Does nothing where the folder is there already. */
export async function fillStore(folder: string, count: number): Promise<void> {
  if (await isThere(folder)) return;
  const store = await openLowdbStore(folder, { onWarning: () => undefined });
  for (let first = 0; first < count; first += together) {
    const numbers = Array.from({ length: Math.min(together, count - first) }, (_, i) => first + i);
    await Promise.all(
      numbers.map(async (n) => {
        const { id } = await store.create(jobOf(n), instructionOf(n));
        if (n % 100 >= unsettled) await store.update(id, digested);
      }),
    );
  }
  await store.close();
}

/** The same jobs in one file of plain lowdb; returns its path. */
export async function fillLowdb(file: string, count: number): Promise<string> {
  const jobs = Array.from({ length: count }, (_, n): JobRecord => {
    const job: JobRecord = { ...jobOf(n), id: n + 1 };
    return n % 100 >= unsettled ? digested(job).job : job;
  });
  await writeFile(file, JSON.stringify({ jobs } satisfies PlainData, null, 2));
  return file;
}

function jobOf(n: number) {
  const key = `wheat-${n}`;
  const submittedBy = submitters[n % submitters.length] ?? null;
  const place = { source: `/data/incoming/plate-${n % 977}/${key}.hmp.txt`, tables };
  return newJob({ key, crop: "dev", submittedBy, ...place }, start + n * 600_000);
}

const tables = ["marker", "dnarun", "matrix"];

function instructionOf(n: number): StoredInstruction {
  const gobiiFile = {
    source: `/data/incoming/plate-${n % 977}/wheat-${n}.hmp.txt`,
    destination: `/data/digests/wheat-${n}`,
    delimiter: "\\t",
    gobiiFileType: "HAPMAP",
  };
  const columns = ["name", "linkage_group", "position", "ref", "alts", "strand"].map(
    (name, at) => ({
      gobiiColumnType: "CSV_COLUMN",
      name,
      rCoord: 1,
      cCoord: at,
    }),
  );
  return readInstruction(tables.map((table) => ({ table, gobiiFile, gobiiFileColumns: columns })));
}

/** Claim, steps and end, as callbacks bring them. */
function digested(job: JobRecord): Change {
  const at = job.submittedAt + 1000;
  const speaker = { digester: "node-1", attempt: 1 };
  const patches = [
    { ...speaker, callback: 1, status: "in_progress" as const, ...FIRST_PHASE },
    { ...speaker, callback: 2, step: "validating" as const, message: "Beginning Validation" },
    { ...speaker, callback: 3, step: "transforming" as const, message: "Beginning file digest" },
    { ...speaker, callback: 4, publish: true },
    { ...speaker, callback: 5, status: "completed" as const, result: resultOf(job.key) },
  ];
  const events: NewEvent[] = [];
  let after = job;
  for (const patch of patches) {
    const change = applyPatch(after, patch, at, 15_000);
    after = change.job;
    events.push(...change.events);
  }
  return { job: after, events };
}

function resultOf(key: string): NonNullable<JobRecord["result"]> {
  return {
    status: "completed",
    tables: tables.map((table) => ({
      table,
      file: `/data/digests/${key}/digest.${table}`,
      rows: 5000,
      columns: 384,
    })),
    matrix: { markers: 5000, samples: 384, missing: 812, heterozygous: 9120, dataSetType: "IUPAC" },
    validation: tables.map((table) => ({
      fileName: `digest.${table}`,
      status: "PASSED" as const,
      failures: [],
    })),
    errors: [],
    errorCount: 0,
    warnings: [],
    durationMs: 4200,
    bytesRead: 8_120_000,
  };
}

/** What a person's requeue and cancel, or a callback, writes: the whole job and an event. */
export function statusChange(job: JobRecord, at: number): Change {
  const status = job.status === "failed" ? "completed" : "failed";
  const after: JobRecord = { ...job, status, message: `Changed at ${at}`, updatedAt: at };
  const { id, key, attempt, digester } = after;
  return {
    job: after,
    events: [{ type: "edited", at, job: id, key, attempt, digester, status }],
  };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
