import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore } from "../web/store/memory-store.ts";
import { startWeb, type RunningWeb } from "../web/start.ts";
import { createApiClient } from "./api-client.ts";
import { createInstruction } from "./gobii-client.ts";
import { importInstruction } from "./instruction-import.ts";
import { readInstructionFile } from "./instruction-file.ts";

let directory: string;
let data: string;
let web: RunningWeb;
const store = createMemoryStore();

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "import-")));
  data = join(directory, "data");
  await mkdir(join(data, "files/run"), { recursive: true });
  web = await startWeb({
    dataDir: data,
    port: 0,
    consoleDir: null,
    samplesDir: null,
    version: "1.2.3",
    openStore: async () => store,
    log: pino({ level: "silent" }),
  });
});
afterAll(async () => {
  await web.close();
  await rm(directory, { recursive: true, force: true });
});

/** As GOBii's web services write it into `loader/instructions`. */
function element(changes: object = {}): object {
  return {
    gobiiFile: {
      source: join(data, "files/run"),
      destination: join(data, "loader/digest/run"),
      delimiter: "\\t",
      gobiiFileType: "GENERIC",
    },
    table: "marker",
    gobiiFileColumns: [{ gobiiColumnType: "CSV_COLUMN", rCoord: 1, cCoord: 0, name: "name" }],
    jobPayloadType: "CV_PAYLOADTYPE_MARKERS",
    contactId: "3",
    ...changes,
  };
}

async function file(name: string, content: unknown): Promise<string> {
  const path = join(directory, `${name}.json`);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  return path;
}

const options = { crop: null, submittedBy: "ann" };
const importFile = (path: string, given = options) =>
  importInstruction(createApiClient({ url: web.url, token: web.token }), path, given);

describe("an instruction file", () => {
  it("becomes a job under the file's name, once", async () => {
    const path = await file("once", [element()]);
    expect(await importFile(path)).toMatchObject({ key: "once", outcome: "imported" });
    expect(await importFile(path)).toMatchObject({ key: "once", outcome: "known", message: null });
    // As if the loader had posted it.
    expect(await store.jobByKey("dev", "once")).toMatchObject({
      submittedBy: "ann",
      gobii: { type: "load", payloadType: "markers", contactId: 3, datasetIds: [null] },
    });
  });

  it("may be written in another way and is still the same", async () => {
    await importFile(await file("same", [element()]));
    const other = await file("same", [element({ contactId: 3, dataSetId: null, extra: 1 })]);
    expect(await importFile(other)).toMatchObject({ outcome: "known" });
  });

  it("is recognised where the loader posted it itself", async () => {
    for (const [name, content] of [
      ["posted-list", [element()]],
      [
        "posted-procedure",
        {
          metadata: {
            ...element(),
            gobiiFile: (element() as { gobiiFile: object }).gobiiFile,
          },
          instructions: [{ table: "marker", gobiiFileColumns: [] }],
        },
      ],
    ] as const) {
      const path = await file(name, content);
      await createInstruction(web.gobii, name, readInstructionFile(path), () => undefined);
      expect(await importFile(path)).toMatchObject({ key: name, outcome: "known" });
    }
  });

  it("is reported where its key is that of another instruction", async () => {
    await importFile(await file("taken", [element()]));
    const other = await file("taken", [element({ table: "linkage_group" })]);
    expect(await importFile(other)).toEqual({
      file: other,
      key: "taken",
      outcome: "different",
      job: null,
      message: "taken is the key of another instruction.",
    });
  });

  it("is not mistaken for the job of that number", async () => {
    await importFile(await file("first", [element()]));
    const imported = await importFile(await file("1", [element({ table: "germplasm" })]));
    expect(imported).toMatchObject({ key: "1", outcome: "imported" });
  });

  it.each<[string, string, unknown, RegExp]>([
    ["no JSON", "half", '[{"gobiiFile":', /is not valid JSON, line 1, column 15/],
    ["no instruction", "other", { foo: 1 }, /not a loader instruction/],
    ["a wrong enum", "enum", [{ jobPayloadType: "X" }], /jobPayloadType: expected one of/],
    ["a name that is no key", "a b", [], /characters that are not allowed: a b/],
  ])("is invalid with %s", async (_, name, content, message) => {
    const imported = await importFile(await file(name, content));
    expect(imported).toMatchObject({ outcome: "invalid", job: null });
    expect(imported.message).toMatch(message);
  });

  it("is refused where it reads what is not the crop's", async () => {
    const gobiiFile = { source: "/etc", destination: join(data, "x") };
    const imported = await importFile(await file("outside", [element({ gobiiFile })]));
    expect(imported).toMatchObject({ outcome: "refused" });
    expect(imported.message).toContain("lies outside the data roots: /etc");
  });

  it("is nobody's while the service does not answer, or does not let us in", async () => {
    const path = await file("later", [element()]);
    const at = (url: string, token: string) =>
      importInstruction(createApiClient({ url, token }), path, options);
    await expect(at("http://127.0.0.1:1", "")).rejects.toMatchObject({ code: "unavailable" });
    await expect(at(web.url, "wrong")).rejects.toMatchObject({ code: "unauthenticated" });
  });
});
