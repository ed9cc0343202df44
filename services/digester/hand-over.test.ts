import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HandOver } from "../contract/hand-over.ts";
import { readInstruction } from "../contract/instruction.ts";
import { toLoad } from "../contract/load.ts";
import type { Phase } from "../digest/failure-message.ts";
import { handOverLoad } from "./hand-over.ts";
import { makeResult, temporaryDirectory } from "./testing/fakes.ts";

const both = {
  gobiiColumnType: "CSV_BOTH",
  rCoord: 1,
  cCoord: 1,
  name: "matrix",
  dataSetType: "IUPAC",
};
const down = { gobiiColumnType: "CSV_COLUMN", rCoord: 1, cCoord: 0, name: "name" };

/** Hands over a load of two tables and a matrix; a command is a script of Node. */
async function setUp(
  given: Record<string, { script: string; args?: string[]; minutes?: number }>,
  qcCheck = false,
) {
  const destination = join(await temporaryDirectory(), "out");
  await mkdir(destination);
  const gobiiFile = { source: "/data/in", destination, delimiter: "\\t" };
  const load = toLoad(
    readInstruction([
      { table: "marker", gobiiFile, gobiiFileColumns: [down], dataSetId: 7, qcCheck },
      { table: "matrix", gobiiFile, gobiiFileColumns: [both] },
      { table: "dnarun", gobiiFile, gobiiFileColumns: [down] },
    ]),
  );
  const tables = await Promise.all(
    ["marker", "matrix", "dnarun"].map(async (table) => {
      const file = join(destination, `digest.${table}`);
      await writeFile(file, table);
      return { table, file, rows: 1, columns: 1 };
    }),
  );
  const handOver = HandOver.parse(
    Object.fromEntries(
      Object.entries(given).map(([name, { script, args = ["{file}"], minutes = 1 }]) => [
        name,
        { command: [process.execPath, "-e", script, ...args], minutes },
      ]),
    ),
  );
  const phases: Phase[] = [];
  const stopping = new AbortController();
  return {
    destination,
    phases,
    stopping,
    start: () =>
      handOverLoad({
        job: 3,
        key: "run 1",
        load,
        crop: load.crop,
        result: makeResult({ tables }),
        destination,
        handOver,
        onPhase: (phase) => phases.push(phase),
        signal: stopping.signal,
      }),
    log: () => readFile(join(destination, "hand-over.log"), "utf8"),
  };
}

const tell = "console.log(process.argv.slice(1).join('|'))";

describe("a hand-over", () => {
  it("runs for each table, then the matrix, then the quality check, and keeps what they say", async () => {
    const one = await setUp(
      {
        table: { script: tell, args: ["{file}", "--to={directory}/", "{key} $(id) {job}"] },
        matrix: { script: tell, args: ["{width}", "DS{dataset}.h5", "{file}"] },
        qualityCheck: { script: tell, args: ["check"] },
      },
      true,
    );
    expect(await one.start()).toEqual([]);
    expect(one.phases.map(({ gobiiStatus }) => gobiiStatus)).toEqual([
      "metadata_load",
      "matrix_load",
      "qc_processing",
    ]);
    const said = (await one.log()).split("\n").filter((line) => /^[^$-]/.test(line));
    const { destination } = one;
    // Whatever stands in an argument, no shell reads it.
    expect(said).toEqual([
      `${destination}/digest.marker|--to=${destination}/|run 1 $(id) 3`,
      `${destination}/digest.dnarun|--to=${destination}/|run 1 $(id) 3`,
      `2|DS7.h5|${destination}/digest.matrix`,
      "check",
    ]);
  });

  it("ends at the first command that fails, and says what it said last", async () => {
    const one = await setUp({
      table: {
        script: "console.log('connecting');console.error('no such database');process.exit(3)",
      },
      matrix: { script: "throw 1" },
    });
    await expect(one.start()).rejects.toMatchObject({
      code: "upstream_failed",
      message: expect.stringMatching(
        /^Table marker was digested, but not handed over: .* ended with code 3:\n(.*\n)*.*no such database/,
      ),
    });
    expect(one.phases).toHaveLength(1);
    expect(await one.log()).toContain("-- ended with code 3");
  });

  it("names a program that is not there", async () => {
    const one = await setUp({});
    const none = HandOver.parse({ table: { command: ["/no/such/loader"] } });
    expect(none.table?.minutes).toBe(60);
    await expect(one.start()).resolves.toEqual([]);
    expect(() => HandOver.parse({ table: { command: ["load", "{fiel}"] } })).toThrow(
      /\{fiel\} is not known/,
    );
  });

  it("warns where a quality check is asked for and none is configured", async () => {
    const one = await setUp({}, true);
    expect(await one.start()).toEqual([
      "The load asks for a quality check, and no command for it is configured",
    ]);
  });

  it("is stopped with its job, with all that it started", async () => {
    const script =
      "require('fs').writeFileSync('started', '');require('child_process').execSync('sleep 60')";
    const one = await setUp({ table: { script } });
    const ended = one.start();
    await expect
      .poll(() => readFile(join(one.destination, "started"), "utf8").catch(() => null))
      .toBe("");
    const why = new Error("cancelled");
    one.stopping.abort(why);
    await expect(ended).rejects.toBe(why);
    expect(await one.log()).toContain("-- was stopped");
  });

  it("is stopped when it takes too long", async () => {
    const one = await setUp({ table: { script: "setTimeout(() => {}, 60000)", minutes: 0.002 } });
    await expect(one.start()).rejects.toThrow(/took longer than 0.002 minutes/);
  });

  it("keeps the end of a command that says much", async () => {
    const one = await setUp({
      matrix: { script: "for(let i=0;i<100000;i++)console.log('line '+i)" },
    });
    await one.start();
    const log = await one.log();
    expect(log.length).toBeLessThan(300_000);
    expect(log).toContain("line 99999");
  });
});
