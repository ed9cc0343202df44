import type { StoredInstruction } from "../../contract/instruction.ts";
import { describeProblem } from "../../contract/problem-words.ts";
import type { DigestProblem, DigestResult } from "../../contract/result.ts";
import type { JobRecord } from "../jobs/job-record.ts";

/** What a mail about an ended attempt tells of. */
export interface MailSubject {
  readonly job: JobRecord;
  readonly instruction: StoredInstruction;
  /** Name of the first source file. */
  readonly inputFile: string;
  /** The job's page in the console. */
  readonly link: string;
}

export interface MailMessage {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/**
 * The mail that tells a loader's user how a load ended, in the form that GOBii's users know: subject, status, what the load
 * belongs to, counts per table, validation, paths, errors. Counts of what was loaded into a database stay empty: digest
 * files are made here, and loaded elsewhere.
 */
export function mailMessage({ job, instruction, inputFile, link }: MailSubject): MailMessage {
  const succeeded = job.status === "completed";
  const crop = job.crop.charAt(0) + job.crop.slice(1).toLowerCase();
  const subject =
    `[GOBII - Loader]: ${crop} - digest of "${inputFile}" ` + (succeeded ? "Success" : "Failed");
  const sections = sectionsOf(job, instruction, inputFile);
  return {
    subject: subject.replace(/[\r\n]+/g, " "),
    html: toHtml(sections, link),
    text: toText(sections, link),
  };
}

/** A heading over a table, or over lines. */
interface Section {
  readonly title: string | null;
  readonly head: readonly string[];
  readonly rows: readonly Row[];
}

interface Row {
  readonly cells: readonly string[];
  readonly color?: "green" | "red" | "yellow";
}

function sectionsOf(
  job: JobRecord,
  instruction: StoredInstruction,
  inputFile: string,
): readonly Section[] {
  const { result } = job;
  return [
    statusSection(job),
    identifierSection(instruction),
    tableSection(result),
    validationSection(result),
    pathSection(job, instruction, inputFile),
    problemSection("Errors", result?.errors ?? [], result?.errorCount ?? 0),
    problemSection("Warnings", result?.warnings ?? [], result?.warnings.length ?? 0),
  ].filter((section) => section.rows.length > 0);
}

function statusSection(job: JobRecord): Section {
  const word =
    job.status === "completed" ? "SUCCESS" : job.status === "aborted" ? "ABORTED" : "ERROR";
  const milliseconds =
    job.settledAt === null || job.startedAt === null
      ? (job.result?.durationMs ?? null)
      : job.settledAt - job.startedAt;
  const why = job.status === "completed" ? null : firstErrorOf(job);
  return {
    title: null,
    head: [],
    rows: [
      { cells: ["Type", "Digest"] },
      ...(milliseconds === null ? [] : [{ cells: ["Duration", durationOf(milliseconds)] }]),
      { cells: ["Status", word], color: job.status === "completed" ? "green" : "red" },
      ...(why === null ? [] : [{ cells: ["Error", why] }]),
    ],
  };
}

function firstErrorOf(job: JobRecord): string | null {
  const [first] = job.result?.errors ?? [];
  return first === undefined ? (job.reason ?? job.message) : describeProblem(first);
}

function identifierSection(instruction: StoredInstruction): Section {
  return {
    title: "Identifiers",
    head: ["Identifier Type", "Name", "ID"],
    rows: identifiersOf(instruction)
      .filter(([, { id, name }]) => id !== null || name !== null)
      .map(([type, { id, name }]) => ({
        cells: [type, name ?? "", id === null ? "" : String(id)],
      })),
  };
}

type Named = readonly [string, { readonly id: number | null; readonly name: string | null }];

function identifiersOf(instruction: StoredInstruction): Named[] {
  if (instruction.shape === "procedure") {
    const { project, platform, experiment, dataset, mapset, datasetType } =
      instruction.procedure.metadata;
    return inOrder(project, platform, experiment, dataset, mapset, datasetType);
  }
  const [first] = instruction.instructions;
  if (first === undefined) return [];
  const { project, platform, experiment, dataSet, mapset, datasetType } = first;
  const id = dataSet.id ?? instruction.instructions.find((one) => one.dataSetId)?.dataSetId ?? null;
  return inOrder(project, platform, experiment, { ...dataSet, id }, mapset, datasetType);
}

function inOrder(...all: readonly [Named[1], Named[1], Named[1], Named[1], Named[1], Named[1]]) {
  const types = ["Project", "Platform", "Experiment", "Dataset", "Mapset", "Dataset Type"];
  return all.map((named, index): Named => [types[index] ?? "", named]);
}

function tableSection(result: DigestResult | null): Section {
  return {
    title: "Tables",
    head: ["Table", "Total in File", "Total Loaded", "Total Existing", "Total Invalid"],
    rows: (result?.tables ?? []).map(({ table, rows }) => ({
      cells: [table, String(rows), "", "", ""],
      ...(rows === 0 ? { color: "yellow" as const } : {}),
    })),
  };
}

function validationSection(result: DigestResult | null): Section {
  return {
    title: "Validation",
    head: ["Table", "Status", "Reason", "Columns", "Values"],
    rows: (result?.validation ?? []).flatMap(({ fileName, status, failures }): Row[] =>
      failures.length === 0
        ? [{ cells: [fileName, status, "", "", ""] }]
        : failures.map(({ reason, columnName, values }) => ({
            cells: [fileName, status, reason, columnName.join(", "), values.join(", ")],
            color: "red",
          })),
    ),
  };
}

function pathSection(job: JobRecord, instruction: StoredInstruction, inputFile: string): Section {
  const file =
    instruction.shape === "procedure"
      ? instruction.procedure.metadata.gobiiFile
      : instruction.instructions[0]?.gobiiFile;
  const rows: Array<readonly [string, string | null | undefined]> = [
    ["Destination Directory", file?.destination],
    ["Input Directory", file?.source],
    ["Input File", inputFile],
    ["Instruction", job.key],
  ];
  return {
    title: "Paths",
    head: ["File Type", "Path"],
    rows: rows.flatMap(([type, path]) =>
      path === null || path === undefined || path === "" ? [] : [{ cells: [type, path] }],
    ),
  };
}

function problemSection(title: string, problems: readonly DigestProblem[], count: number): Section {
  const left = count - problems.length;
  return {
    title,
    head: [],
    rows: [
      ...problems.map((problem) => ({ cells: [describeProblem(problem)] })),
      ...(left > 0 ? [{ cells: [`and ${left} more`] }] : []),
    ],
  };
}

function durationOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 1) return "less than a second";
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts
    .map((part, index) => (part === 0 ? "" : `${part} ${["h", "min", "s"][index]}`))
    .filter((part) => part !== "")
    .join(" ");
}

const colors = { green: "#2b8a3e", red: "#c92a2a", yellow: "#e67700" } as const;

function toHtml(sections: readonly Section[], link: string): string {
  const href = escaped(link);
  const body = sections.map(sectionHtml).join("");
  return (
    '<!doctype html><html><body style="font-family:sans-serif;font-size:14px">' +
    `${body}<p><a href="${href}">${href}</a></p></body></html>`
  );
}

function sectionHtml({ title, head, rows }: Section): string {
  const cellStyle = "padding:2px 12px 2px 0;text-align:left;vertical-align:top";
  const row = ({ cells, color }: Row, tag: "td" | "th"): string => {
    const paint = color === undefined ? "" : ` style="color:${colors[color]}"`;
    const inner = cells.map((cell) => `<${tag} style="${cellStyle}">${escaped(cell)}</${tag}>`);
    return `<tr${paint}>${inner.join("")}</tr>`;
  };
  return (
    (title === null ? "" : `<h3>${escaped(title)}</h3>`) +
    `<table style="border-collapse:collapse">` +
    (head.length === 0 ? "" : row({ cells: head }, "th")) +
    rows.map((one) => row(one, "td")).join("") +
    "</table>"
  );
}

function toText(sections: readonly Section[], link: string): string {
  const blocks = sections.map(({ title, head, rows }) =>
    [
      ...(title === null ? [] : [title]),
      ...(head.length === 0 ? [] : [head.join("\t")]),
      ...rows.map(({ cells }) => (head.length === 0 ? cells.join(": ") : cells.join("\t"))),
    ].join("\n"),
  );
  return `${[...blocks, link].join("\n\n")}\n`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
