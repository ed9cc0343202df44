import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ListInstruction, Procedure } from "../../contract/instruction.ts";
import type { GobiiGeneration } from "../gobii-sessions.ts";
import { applyPatch } from "../jobs/job-model.ts";
import { base, envelopeOf, messagesOf, now, startFace, type Face } from "./test-client.ts";
import { allGenerations, posted } from "./test-requests.ts";

let face: Face;
beforeAll(async () => {
  face = await startFace();
});
afterAll(() => face.close());

async function create(generation: GobiiGeneration, name: string): Promise<string> {
  const token = await face.signIn();
  const { body } = posted(generation, face.root, name);
  const reply = await face.call("POST", `${base}/instructions/loader`, { token, body });
  expect(reply.status).toBe(201);
  return token;
}

async function validating(name: string): Promise<void> {
  const job = await face.store.jobByKey("dev", name);
  await face.store.update(job?.id ?? 0, (current) =>
    applyPatch(
      current,
      { digester: "d", attempt: 1, status: "in_progress", gobiiStatus: "validation" },
      now,
      15_000,
    ),
  );
}

describe("reading an instruction back", () => {
  it.each(["loader", "loader/jobs"])("by instructions/%s, with the job's status", async (path) => {
    for (const generation of allGenerations) {
      const name = `back-${generation}-${path.length}`;
      const token = await create(generation, name);
      await validating(name);
      // As the clients do it: by the link alone, with no header but the token.
      const reply = await face.call("GET", `${base}/instructions/${path}/${name}`, { token });
      expect(reply.status).toBe(201);
      const { item } = posted(generation, face.root, name);
      const { payload, header } = envelopeOf(reply);
      expect("pagination" in header).toBe(generation !== "v1.1");
      expect(header.dtoHeaderAuth["token"]).toBe(token);
      expect(payload.linkCollection.linksPerDataItem).toHaveLength(1);
      const status = { gobiiJobStatus: "CV_PROGRESSSTATUS_VALIDATION" };
      const list = item["gobiiLoaderInstructions"] as Array<Record<string, unknown>>;
      const procedure = item["procedure"] as { metadata: object; instructions: object[] };
      const shown = {
        "v1.1": () => ({ gobiiLoaderInstructions: list }),
        "v2.1": () => ({
          gobiiLoaderInstructions: list.map((element) => ({
            ...element,
            ...status,
            columnsByTableName: { marker: element["gobiiFileColumns"] },
          })),
        }),
        "v2.2": () => ({
          procedure: { ...procedure, metadata: { ...procedure.metadata, ...status } },
        }),
      }[generation]();
      const allowedProcessTypes = ["UPDATE", "READ"];
      expect(payload.data).toEqual([{ ...item, ...shown, allowedProcessTypes }]);
    }
  });

  it("by a token that has said nothing yet, in the instruction's own form", async () => {
    for (const generation of allGenerations) {
      await create(generation, `own-${generation}`);
      const token = await face.signIn();
      const reply = await face.call("GET", `${base}/instructions/loader/own-${generation}`, {
        token,
      });
      const { header, payload } = envelopeOf(reply);
      expect(header.gobiiVersion).toBe(`GOBII Server ${generation.slice(1)}`);
      expect("procedure" in (payload.data[0] ?? {})).toBe(generation === "v2.2");
    }
  });

  it("of the generation after in the form of the one before, without its new keys", async () => {
    await create("v2.1", "newer");
    const token = await create("v1.1", "older");
    const reply = await face.call("GET", `${base}/instructions/loader/newer`, { token });
    const [item] = envelopeOf(reply).payload.data;
    expect(item?.["gobiiLoaderInstructions"]).toEqual(posted("v1.1", face.root, "newer").parts);
  });

  it("is refused in words where the client cannot read the shape", async () => {
    await create("v2.2", "procedure-only");
    const token = await create("v2.1", "list-only");
    const reply = await face.call("GET", `${base}/instructions/loader/procedure-only`, { token });
    expect(reply.status).toBe(500);
    expect(messagesOf(reply)).toEqual([
      "The specified instruction file is not in the form that this client reads: procedure-only",
    ]);
  });

  const absent = ["never", "..%2F..%2Fetc%2Fpasswd", "a%00b", "%C3%A9"];
  it.each(absent)("of %s is missing: an error for V2", async (name) => {
    for (const generation of ["v2.1", "v2.2"] as const) {
      const token = await create(generation, `missing-${generation}-${absent.indexOf(name)}`);
      const reply = await face.call("GET", `${base}/instructions/loader/${name}`, { token });
      expect(reply.status).toBe(500);
      const { header, payload } = envelopeOf(reply);
      expect(payload.data).toEqual([]);
      expect(header.status.statusMessages[0]).toMatchObject({
        gobiiValidationStatusType: "ENTITY_DOES_NOT_EXIST",
      });
      expect(messagesOf(reply)).toEqual([
        `The specified instruction file does not exist: ${decodeURIComponent(name)}`,
      ]);
    }
  });

  it.each(absent)("of %s is missing: an empty answer for V1.1", async (name) => {
    const token = await create("v1.1", `missing-v1.1-${absent.indexOf(name)}`);
    const reply = await face.call("GET", `${base}/instructions/loader/${name}`, { token });
    expect(reply.status).toBe(201);
    expect(envelopeOf(reply)).toMatchObject({
      payload: { data: [] },
      header: { status: { succeeded: true }, gobiiVersion: null, cropType: null },
    });
  });

  it("of a job that was made without one is missing", async () => {
    const token = await create("v2.1", "with-one");
    await face.call("POST", `${base}/jobs`, {
      token,
      body: { payload: { data: [{ jobName: "without", type: "load", payloadType: "samples" }] } },
    });
    const reply = await face.call("GET", `${base}/instructions/loader/without`, { token });
    expect(reply.status).toBe(500);
  });
});

const shared = resolve(
  process.env["DIGESTER_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
);
const corpus = join(shared, "data/loader-ui");

interface CorpusFile {
  readonly name: string;
  readonly path: string;
  readonly generation: "v2.1" | "v2.2";
}

function corpusFiles(): CorpusFile[] {
  return readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: scenario }) =>
      (["v2.1", "v2.2"] as const).flatMap((generation) =>
        readdirSync(join(corpus, scenario, generation)).map((file) => ({
          name: `${scenario.slice(0, 8)}-${generation}-${file.replace(/\.json$/, "")}`,
          path: join(corpus, scenario, generation, file),
          generation,
        })),
      ),
    );
}

/** What the server fills in, over what Jackson makes of what was sent. */
function filledIn(sent: unknown, generation: "v2.1" | "v2.2"): object {
  const gobiiJobStatus = "CV_PROGRESSSTATUS_PENDING";
  if (generation === "v2.2") {
    const { metadata, instructions } = Procedure.parse(sent);
    return { procedure: { metadata: { ...metadata, gobiiJobStatus }, instructions } };
  }
  const elements = ListInstruction.array().parse(sent);
  const columns = elements.map(({ table, gobiiFileColumns }) => [table, gobiiFileColumns]);
  return {
    gobiiLoaderInstructions: elements.map((element, index) => ({
      ...element,
      gobiiJobStatus,
      gobiiCropType: element.gobiiCropType ?? "dev",
      columnsByTableName: index === 0 ? Object.fromEntries(columns) : {},
    })),
  };
}

const isThere = existsSync(corpus);
const files: CorpusFile[] = isThere
  ? corpusFiles()
  : [
      {
        name: `MISSING ${corpus}, set DIGESTER_SHARED: an instruction`,
        path: "",
        generation: "v2.1",
      },
    ];

describe("instructions that the loader wrote", () => {
  it.skipIf(!isThere).each(files)("$name posts and reads back", async (file) => {
    const { name, path, generation } = file;
    const token = await face.signIn();
    const text = readFileSync(path, "utf8")
      .replaceAll("\\/", "/")
      .replaceAll(/\/data\/gobii_bundle\/crops\/\w+/g, face.root);
    const [source] = new RegExp(`${face.root}/files/[^"]+`).exec(text) ?? [];
    // Uploaded before, as the instruction says.
    await mkdir(source ?? "", { recursive: true });
    const sent: unknown = JSON.parse(text);
    const { body } = posted(generation, face.root, name);
    const key = generation === "v2.1" ? "gobiiLoaderInstructions" : "procedure";
    body.payload.data = [{ [key]: sent, instructionFileName: name }];

    const answer = await face.call("POST", `${base}/instructions/loader`, { token, body });
    expect(messagesOf(answer)).toEqual([]);
    const [link] = envelopeOf(answer).payload.linkCollection.linksPerDataItem;
    const reply = await face.call("GET", link?.href ?? "", { token });
    expect(envelopeOf(reply).payload.data[0]).toEqual({
      allowedProcessTypes: ["UPDATE", "READ"],
      ...filledIn(sent, generation),
      instructionFileName: name,
      id: 1,
    });
  });
});
