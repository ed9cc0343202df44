import { join } from "node:path";
import { readInstruction } from "../services/contract/instruction.ts";
import type { DigestResult } from "../services/contract/result.ts";
import { applyPatch, newJob } from "../services/web/jobs/job-model.ts";
import { hold } from "../services/web/jobs/person-changes.ts";
import type { JobRecord } from "../services/web/jobs/job-record.ts";
import { openLowdbStore } from "../services/web/store/lowdb-store.ts";

const submitters = ["ana", "bo", "chidi", "dolores", "eko", "fatima"] as const;
const crops = ["maize", "wheat", "rice", "chickpea", "sorghum"] as const;
const kinds = ["gbs", "hmp", "kasp", "dart", "chip"] as const;
const leaseMs = 15_000;

/**
 * Fills the store of a data directory, which no service may have open, with jobs of the last month: most have completed, some
 * failed, and those of the last hour wait, held, since there is nothing to digest.
 */
export async function storeManyJobs(dataDir: string, count: number): Promise<void> {
  const store = await openLowdbStore(join(dataDir, ".digester-web"), {
    onWarning: (message) => process.stderr.write(`${message}\n`),
  });
  const begin = Date.now() - 30 * 86_400_000;
  const step = Math.floor((30 * 86_400_000) / count);
  try {
    for (let first = 0; first < count; first += 2000) {
      const numbers = Array.from({ length: Math.min(2000, count - first) }, (_, i) => first + i);
      await Promise.all(
        numbers.map(async (n) => {
          const job = await store.create(
            jobOf(dataDir, n, begin + n * step),
            instructionOf(dataDir, n),
          );
          await store.update(job.id, (now) => settled(now, n, begin + n * step + 4000));
        }),
      );
    }
  } finally {
    await store.close();
  }
}

function nameOf(n: number): string {
  return `${pick(crops, n)}_${pick(kinds, n * 7 + 3)}_${String(n).padStart(5, "0")}`;
}

function pick<T>(list: readonly [T, ...T[]], n: number): T {
  return list[n % list.length] ?? list[0];
}

function jobOf(dataDir: string, n: number, at: number) {
  return newJob(
    {
      key: nameOf(n),
      crop: "dev",
      submittedBy: pick(submitters, n * 5 + (n % 3)),
      priority: n % 97 === 0 ? 5 : 0,
      tables: n % 4 === 0 ? ["marker", "dataset_marker", "dnarun", "matrix"] : ["marker"],
      source: join(dataDir, "files", nameOf(n)),
    },
    at,
  );
}

function instructionOf(dataDir: string, n: number) {
  const table = n % 4 === 0 ? "dnarun" : "marker";
  return readInstruction([
    {
      table,
      gobiiFile: {
        source: join(dataDir, "files", nameOf(n)),
        destination: join(dataDir, "loader", "digest", nameOf(n)),
        delimiter: "\\t",
        gobiiFileType: "GENERIC",
      },
      gobiiFileColumns: [
        { gobiiColumnType: "CSV_COLUMN", rCoord: 1, cCoord: 0, name: `${table}_name` },
        { gobiiColumnType: "CONSTANT", constantValue: `project ${n % 40}`, name: "project_name" },
      ],
    },
  ]);
}

function settled(job: JobRecord, n: number, at: number) {
  if (n % 211 === 0) return hold(job, "ana", at);
  const patch = { attempt: 1, digester: `node-${String((n % 12) + 1).padStart(2, "0")}` };
  const claimed = applyPatch(job, { ...patch, status: "in_progress", callback: 1 }, at, leaseMs);
  const end = n % 23 === 0 ? failed(job, n) : { status: "completed" as const };
  const ended = applyPatch(
    claimed.job,
    { ...patch, callback: 2, result: resultOf(job, end.status), ...end },
    at + 1500 + (n % 60) * 900,
    leaseMs,
  );
  return { job: ended.job, events: [...claimed.events, ...ended.events] };
}

function failed(job: JobRecord, n: number) {
  const line = 2 + (n % 400);
  return {
    status: "failed" as const,
    reason: `${job.source}/calls.vcf, line ${line}, column 12: genotype 0/3, but only 2 alternate alleles.`,
  };
}

function resultOf(job: JobRecord, status: "completed" | "failed"): DigestResult {
  return {
    status,
    tables: [],
    matrix: null,
    validation: [],
    errors:
      status === "failed"
        ? [{ message: "genotype 0/3", file: `${job.source}/calls.vcf`, line: 3, column: 12 }]
        : [],
    errorCount: status === "failed" ? 1 : 0,
    warnings: [],
    durationMs: 1500,
    bytesRead: 40_000_000,
  };
}
