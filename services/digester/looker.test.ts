import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ErrorBody } from "../contract/errors.ts";
import { DryRun, Preview } from "../contract/preview.ts";
import { createLooker } from "./looker.ts";
import { startDigester } from "./start.ts";
import { buildWorker } from "./testing/build-worker.ts";
import { silentLog, temporaryDirectory } from "./testing/fakes.ts";

let worker: Awaited<ReturnType<typeof buildWorker>>;
beforeAll(async () => {
  worker = await buildWorker();
}, 120_000);
afterAll(() => worker.remove());

const matrix = `marker\ts1\ts2\n${"m1\tAA\tAC\n".repeat(9)}m2\tAA\tXX\n`;

const instructionFor = (source: string, more: Record<string, unknown> = {}) => [
  {
    table: "calls",
    gobiiFile: { source, destination: `${source}.out`, delimiter: "\\t" },
    gobiiFileColumns: [
      {
        gobiiColumnType: "CSV_BOTH",
        name: "matrix",
        rCoord: 1,
        cCoord: 1,
        dataSetType: "NUCLEOTIDE_2_LETTER",
        ...more,
      },
    ],
  },
];

async function start(): Promise<{
  dir: string;
  ask: (path: string, body: unknown) => Promise<{ status: number; body: unknown }>;
}> {
  const dir = await temporaryDirectory();
  await mkdir(join(dir, "data"));
  const digester = await startDigester({
    workers: 1,
    workerKind: "process",
    workerPath: worker.path,
    dataRoots: [join(dir, "data")],
    stateDir: join(dir, "state"),
    log: silentLog,
    version: "1",
  });
  onTestFinished(() => digester.close());
  return {
    dir: join(dir, "data"),
    async ask(path, body) {
      const response = await fetch(digester.url + path, {
        method: "POST",
        headers: {
          authorization: `Bearer ${digester.token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    },
  };
}

describe("a digester", () => {
  it("shows files and tries instructions", { timeout: 60_000 }, async () => {
    const { dir, ask } = await start();
    const path = join(dir, "a.txt");
    await writeFile(path, matrix);
    const preview = await ask("/preview", { path, rows: 2 });
    expect(preview.status).toBe(200);
    expect(Preview.parse(preview.body)).toMatchObject({
      detection: { format: "TWO_LETTER_MATRIX" },
      grid: {
        rows: [
          ["marker", "s1", "s2"],
          ["m1", "AA", "AC"],
        ],
      },
    });
    const tried = await ask("/dry-run", { instructions: instructionFor(path) });
    expect(DryRun.parse(tried.body)).toMatchObject({
      ok: false,
      errors: [{ file: path, line: 11, column: 3 }],
    });
  });

  it(
    "looks by the settings of the crop, and holds names against earlier loads",
    {
      timeout: 60_000,
    },
    async () => {
      const { dir, ask } = await start();
      const path = join(dir, "a.txt");
      await writeFile(path, Buffer.from("marker\ts1\nma\xefs\t-9\nm\xc3\xa9l\tAC\n", "latin1"));
      const settings = { encoding: "latin1", missing: ["-9"] };
      const preview = Preview.parse((await ask("/preview", { path, settings })).body);
      expect(preview.grid.rows.map(([name]) => name)).toEqual(["marker", "ma\xefs", "m\xc3\xa9l"]);

      const instructions = [
        ...instructionFor(path),
        {
          ...instructionFor(path)[0],
          table: "dataset_marker",
          gobiiFileColumns: [
            { gobiiColumnType: "CONSTANT", name: "platform_id", constantValue: "1" },
            { gobiiColumnType: "CONSTANT", name: "dataset_id", constantValue: "4" },
            { gobiiColumnType: "CSV_COLUMN", name: "marker_name", rCoord: 1, cCoord: 0 },
            { gobiiColumnType: "AUTOINCREMENT", name: "marker_idx" },
          ],
        },
      ];
      const tryOut = async (more: object) =>
        DryRun.parse((await ask("/dry-run", { instructions, ...more })).body);
      const run = await tryOut({ settings });
      expect(run).toMatchObject({ ok: true, errors: [], matrix: { missing: 1 } });
      expect(run.tables.find(({ table }) => table === "calls")?.grid.rows).toEqual([
        ["NN"],
        ["AC"],
      ]);

      const before = join(dir, "before");
      await mkdir(before);
      await writeFile(join(before, "digest.marker"), "name\tplatform_id\nma\xefs\t1\n");
      const loads = [
        { destination: before, tables: ["marker"] },
        { destination: "/elsewhere", tables: ["marker"] },
      ];
      const held = await tryOut({ settings, earlier: { loads, more: false } });
      expect(held).toMatchObject({
        ok: false,
        validation: [
          {
            fileName: "dataset_marker",
            failures: [{ columnName: ["marker_name"], values: ["m\xc3\xa9l"] }],
          },
        ],
        warnings: [{ message: expect.stringMatching(/1 of 2 earlier loads are not to be seen/) }],
      });
    },
  );

  it("keeps to its data roots, and says what is not there", { timeout: 60_000 }, async () => {
    const { dir, ask } = await start();
    for (const [path, body, status, code] of [
      ["/preview", { path: "/etc/passwd" }, 400, "bad_request"],
      ["/preview", { path: "a.txt" }, 400, "bad_request"],
      ["/preview", { path: join(dir, "../state/id") }, 400, "bad_request"],
      ["/preview", { path: join(dir, "none.txt") }, 404, "not_found"],
      ["/preview", { path: dir }, 400, "bad_request"],
      ["/preview", {}, 400, "bad_request"],
      ["/dry-run", { instructions: instructionFor("/etc/passwd") }, 400, "bad_request"],
      ["/dry-run", { instructions: 5 }, 400, "bad_request"],
    ] as const) {
      const answer = await ask(path, body);
      expect([path, body, answer.status, ErrorBody.parse(answer.body).error.code]).toEqual([
        path,
        body,
        status,
        code,
      ]);
    }
  });
});

describe("a look that does not end", () => {
  it("is given up, and the next one succeeds", { timeout: 60_000 }, async () => {
    const dir = await temporaryDirectory();
    const path = join(dir, "a.txt");
    await writeFile(path, matrix);
    const looker = createLooker({
      workerPath: worker.path,
      kind: "process",
      log: silentLog,
      patienceMs: 1,
    });
    onTestFinished(() => looker.close());
    const request = { path, rows: 1, columns: 1 };
    await expect(looker.preview(request)).rejects.toMatchObject({ code: "unavailable" });
    const patient = createLooker({ workerPath: worker.path, kind: "process", log: silentLog });
    onTestFinished(() => patient.close());
    await expect(patient.preview(request)).resolves.toMatchObject({ path });
    const many = Array.from({ length: 25 }, () => patient.preview(request));
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
  });
});
