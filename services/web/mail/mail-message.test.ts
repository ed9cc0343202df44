import { describe, expect, it } from "vitest";
import { readInstruction } from "../../contract/instruction.ts";
import type { DigestResult } from "../../contract/result.ts";
import { newJob } from "../jobs/job-model.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { mailMessage } from "./mail-message.ts";

const instruction = readInstruction([
  {
    gobiiFile: { source: "/data/files/run1", destination: "/data/digest/run1" },
    table: "marker",
    dataSetId: 5,
    project: { id: 7, name: "Maize <2026>" },
  },
]);

const result: DigestResult = {
  status: "completed",
  tables: [
    { table: "marker", file: "/data/digest/run1/digest.marker", rows: 12, columns: 4 },
    { table: "matrix", file: "/data/digest/run1/digest.matrix", rows: 0, columns: 0 },
  ],
  matrix: null,
  validation: [
    { fileName: "marker", status: "PASSED", failures: [] },
    {
      fileName: "dnasample",
      status: "FAILED",
      failures: [{ reason: "Duplicate Found", columnName: ["uuid"], values: ["a", "b"] }],
    },
  ],
  errors: [],
  errorCount: 0,
  warnings: [],
  durationMs: 65_000,
  bytesRead: 100,
};

function job(changes: Partial<JobRecord> = {}): JobRecord {
  return {
    ...newJob({ key: "run1", crop: "MAIZE" }, 0),
    id: 17,
    status: "completed",
    startedAt: 0,
    settledAt: 65_000,
    result,
    ...changes,
  };
}

const write = (changes: Partial<JobRecord> = {}, inputFile = "a.txt") =>
  mailMessage({ job: job(changes), instruction, inputFile, link: "http://d.org/jobs/17?a=1&b=2" });

describe("the mail about a load", () => {
  it("has GOBii's subject", () => {
    expect(write().subject).toBe('[GOBII - Loader]: Maize - digest of "a.txt" Success');
    expect(write({ crop: "dev", status: "failed" }).subject).toBe(
      '[GOBII - Loader]: dev - digest of "a.txt" Failed',
    );
  });

  it("tells status, identifiers, tables, validation, paths, and where to look", () => {
    const { text } = write();
    expect(text).toBe(
      [
        "Type: Digest\nDuration: 1 min 5 s\nStatus: SUCCESS",
        "Identifiers\nIdentifier Type\tName\tID\nProject\tMaize <2026>\t7\nDataset\t\t5",
        "Tables\nTable\tTotal in File\tTotal Loaded\tTotal Existing\tTotal Invalid\nmarker\t12\t\t\t\nmatrix\t0\t\t\t",
        "Validation\nTable\tStatus\tReason\tColumns\tValues\nmarker\tPASSED\t\t\t\ndnasample\tFAILED\tDuplicate Found\tuuid\ta, b",
        "Paths\nFile Type\tPath\nDestination Directory\t/data/digest/run1\nInput Directory\t/data/files/run1\nInput File\ta.txt\nInstruction\trun1",
        "http://d.org/jobs/17?a=1&b=2\n",
      ].join("\n\n"),
    );
  });

  it("tells the first error in its status, and all of them at the end", () => {
    const errors = [
      { message: "Unknown code X", file: "/data/files/run1/a.txt", line: 7, column: 3 },
      { message: "No data", file: null, line: null, column: null },
    ];
    const failed = { ...result, status: "failed" as const, errors, errorCount: 25 };
    const { text } = write({ status: "failed", result: failed });
    expect(text).toContain("Status: ERROR\nError: a.txt, line 7, column 3: Unknown code X");
    expect(text).toContain("Errors\na.txt, line 7, column 3: Unknown code X\nNo data\nand 23 more");
  });

  it("tells why where there is no result", () => {
    const { text } = write({ status: "aborted", result: null, reason: "Cancelled by ann." });
    expect(text).toContain("Status: ABORTED\nError: Cancelled by ann.");
  });

  it("lets nothing of the input become markup or a header of its own", () => {
    const { html, subject } = write({}, 'x"><script>\r\nBcc: all@example.org');
    expect(html).toContain("Maize &lt;2026&gt;");
    expect(html).not.toContain("<script>");
    expect(html).toContain('<a href="http://d.org/jobs/17?a=1&amp;b=2">');
    expect(subject).not.toMatch(/[\r\n]/);
  });
});
