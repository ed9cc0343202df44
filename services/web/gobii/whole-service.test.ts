import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JobEvents } from "../../contract/api.ts";
import { ListInstruction, Procedure } from "../../contract/instruction.ts";
import { startDigester, type RunningDigester } from "../../digester/start.ts";
import { buildWorker } from "../../digester/testing/build-worker.ts";
import { startWeb, type RunningWeb } from "../start.ts";
import type { GobiiGeneration } from "../gobii-sessions.ts";
import { base, envelopeOf, messagesOf, send, type Reply } from "./test-client.ts";
import { allGenerations, posted } from "./test-requests.ts";

/*
 * The web service with its store on disk and a digester with real workers, asked by nothing but the calls of GOBii's
 * clients.
 */

let directory: string;
let data: string;
let worker: Awaited<ReturnType<typeof buildWorker>>;
let web: RunningWeb;
let digester: RunningDigester;
let token: string;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "gobii-whole-")));
  data = join(directory, "data");
  worker = await buildWorker();
  const log = pino({ level: "silent" });
  web = await startWeb({
    dataDir: data,
    port: 0,
    consoleDir: null,
    samplesDir: null,
    version: "1.2.3",
    log,
  });
  digester = await startDigester({
    web,
    workers: 2,
    workerKind: "process",
    workerPath: worker.path,
    dataRoots: null,
    stateDir: join(directory, "node"),
    log,
    version: "1.2.3",
  });
  await digester.attached;
  token = await signIn();
}, 120_000);

afterAll(async () => {
  await digester?.close();
  await web?.close();
  await worker?.remove();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

const ask = (method: string, path: string, options: Parameters<typeof send>[3] = {}) =>
  send(Number(new URL(web.url).port), method, path, { token, ...options });

async function signIn(): Promise<string> {
  const headers = { "X-Username": web.gobii.user, "X-Password": web.gobii.password };
  const reply = await ask("POST", `${base}/auth`, { token: "", headers, body: "empty" });
  return String(reply.headers["x-auth-token"]);
}

/** Puts a file where a load reads it, as the command-line client does. */
async function upload(job: string, name: string, content: Buffer | string): Promise<void> {
  const boundary = "----conversation";
  const part = (head: string, body: Buffer | string): Buffer =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
      Buffer.from(body),
      Buffer.from("\r\n"),
    ]);
  const reply = await ask("POST", `${base}/files/${job}/RAW_USER_FILES`, {
    headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([
      part('name="field1"', "yes"),
      part(`name="file"; filename="${name}"\r\nContent-Type: application/octet-stream`, content),
      Buffer.from(`--${boundary}--\r\n`),
    ]),
  });
  expect([reply.status, reply.text]).toEqual([200, ""]);
}

function note(list: string[], term: string): void {
  if (list.at(-1) !== term) list.push(term);
}

/** Follows a job by both of the calls that clients follow it by; their terms, each once in a row. */
async function follow(name: string, as: string): Promise<{ job: string[]; instruction: string[] }> {
  const seen = { job: [] as string[], instruction: [] as string[] };
  for (;;) {
    const shown = await ask("GET", `${base}/instructions/loader/${name}`, { token: as });
    expect(shown.status).toBe(201);
    note(seen.instruction, statusInside(shown));
    const [job] = envelopeOf(await ask("GET", `${base}/jobs/${name}`, { token: as })).payload.data;
    note(seen.job, String(job?.["status"]));
    if (["completed", "failed", "aborted"].includes(seen.instruction.at(-1) ?? "")) return seen;
    await sleep(20);
  }
}

/** What GOBii's command-line client reads of an instruction: the name of an enum, here as its term. */
function statusInside(reply: Reply): string {
  const [item] = envelopeOf(reply).payload.data;
  const list = item?.["gobiiLoaderInstructions"] as Array<{ gobiiJobStatus?: string }> | undefined;
  const procedure = item?.["procedure"] as { metadata: { gobiiJobStatus: string } } | undefined;
  const name = procedure?.metadata.gobiiJobStatus ?? list?.[0]?.gobiiJobStatus ?? "";
  const term = name.replace("CV_PROGRESSSTATUS_", "").toLowerCase();
  return term === "inprogress" ? "in_progress" : term;
}

async function callbacksOf(name: string): Promise<Array<[string, string]>> {
  const reply = await fetch(`${web.url}/api/v1/jobs/${name}/events`, {
    headers: { Authorization: `Bearer ${web.token}` },
  });
  return JobEvents.parse(await reply.json()).events.flatMap(({ type, gobiiStatus, message }) =>
    ["claimed", "step", "settled"].includes(type) && gobiiStatus !== undefined
      ? [[gobiiStatus, message ?? ""]]
      : [],
  );
}

/** Whether all of `part` stands in `whole`, in the same order. */
function isInOrder(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const term of whole) if (term === part[at]) at++;
  return at === part.length;
}

const shared = resolve(
  process.env["DIGESTER_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
);
const corpus = join(shared, "data/loader-ui");
const golden = join(shared, "golden");

interface Load {
  readonly name: string;
  readonly generation: "v2.1" | "v2.2";
  readonly instruction: unknown;
  /** What the original made of the same instruction, with its input. */
  readonly golden: string;
}

/** The wizard that wrote an instruction, which golden cases are named after. */
function wizardOf(text: string): string {
  if (/"table" *: *"matrix"/.test(text)) return "dataset";
  return /"table" *: *"marker"/.test(text) ? "marker" : "sample";
}

function loads(): Load[] {
  const folders = readdirSync(corpus, { withFileTypes: true }).filter((one) => one.isDirectory());
  return folders.flatMap(({ name: scenario }) =>
    (["v2.1", "v2.2"] as const).flatMap((generation) =>
      readdirSync(join(corpus, scenario, generation)).map((file) => {
        const text = readFileSync(join(corpus, scenario, generation, file), "utf8");
        const plain = text.replaceAll("\\/", "/");
        const wizard = wizardOf(plain);
        const stem = scenario.replaceAll("_", "-").toLowerCase();
        return {
          name: `${scenario.slice(0, 8)}-${wizard}-${generation}`,
          generation,
          instruction: JSON.parse(plain) as unknown,
          golden: join(golden, `r21-${stem}-${wizard}`),
        };
      }),
    ),
  );
}

const isThere = existsSync(corpus) && existsSync(golden);
const missing: Load[] = [
  {
    name: `MISSING ${corpus} or ${golden}, set DIGESTER_SHARED: an instruction`,
    generation: "v2.1",
    instruction: null,
    golden: "",
  },
];

/** The instruction as it is to be posted: below our data root, its directories named after the load. */
function placed(load: Load): object {
  const text = JSON.stringify(load.instruction)
    .replaceAll(/"source":"[^"]*"/g, `"source":"${data}/files/${load.name}"`)
    .replaceAll(/"destination":"[^"]*"/g, `"destination":"${data}/loader/digest/${load.name}"`);
  return JSON.parse(text) as object;
}

/** What the server fills in, over what Jackson makes of what was sent. */
function expectedItem(load: Load, sent: unknown, gobiiJobStatus: string): object {
  const rest = {
    allowedProcessTypes: ["UPDATE", "READ"],
    instructionFileName: load.name,
    id: 1,
  };
  if (load.generation === "v2.2") {
    const { metadata, instructions } = Procedure.parse(sent);
    return { ...rest, procedure: { metadata: { ...metadata, gobiiJobStatus }, instructions } };
  }
  const elements = ListInstruction.array().parse(sent);
  const columns = elements.map(({ table, gobiiFileColumns }) => [table, gobiiFileColumns]);
  return {
    ...rest,
    gobiiLoaderInstructions: elements.map((element, index) => ({
      ...element,
      gobiiJobStatus,
      gobiiCropType: element.gobiiCropType ?? "dev",
      columnsByTableName: index === 0 ? Object.fromEntries(columns) : {},
    })),
  };
}

interface GoldenResult {
  readonly finalFiles: string[];
  readonly statuses: Array<[string, string]>;
}

describe("instructions that the loader wrote, from the upload to the digest files", () => {
  it.skipIf(!isThere).each(isThere ? loads() : missing)(
    "$name",
    async (load) => {
      const { name, generation } = load;
      const as = await signIn();
      const sent = placed(load);
      const { body } = posted(generation, data, name);
      const put = await ask("PUT", `${base}/files/loader/${name}`, { token: as, body });
      expect(envelopeOf(put).payload.data[0]?.["directoryName"]).toBe(`${data}/files/${name}`);
      for (const file of readdirSync(join(load.golden, "input"))) {
        await upload(name, file, readFileSync(join(load.golden, "input", file)));
      }

      const key = generation === "v2.1" ? "gobiiLoaderInstructions" : "procedure";
      body.payload.data = [{ [key]: sent, instructionFileName: name }];
      const answer = await ask("POST", `${base}/instructions/loader`, { token: as, body });
      expect(messagesOf(answer)).toEqual([]);
      const [link] = envelopeOf(answer).payload.linkCollection.linksPerDataItem;
      const seen = await follow(name, as);
      const shown = await ask("GET", link?.href ?? "", { token: as });
      expect(envelopeOf(shown).payload.data[0]).toEqual(
        expectedItem(load, sent, "CV_PROGRESSSTATUS_COMPLETED"),
      );

      const reference = JSON.parse(
        await readFile(join(load.golden, "expected/result.json"), "utf8"),
      ) as GoldenResult;
      // Those two are the database loader's, which is not here.
      const statuses = reference.statuses.filter(
        ([term]) => term !== "metadata_load" && term !== "matrix_load",
      );
      expect(await callbacksOf(name)).toEqual(statuses);
      const order = ["pending", ...statuses.map(([term]) => term)];
      for (const terms of [seen.job, seen.instruction]) {
        expect(terms.at(-1)).toBe("completed");
        expect(isInOrder(terms, order)).toBe(true);
      }

      const made = join(data, "loader/digest", name);
      for (const file of reference.finalFiles) {
        const expected = await readFile(join(load.golden, "expected/final", file), "utf8");
        expect(await readFile(join(made, file), "utf8")).toBe(expected);
      }
    },
    120_000,
  );
});

const generationAt = (i: number): GobiiGeneration => allGenerations[i % 3] ?? "v1.1";

interface TableInstruction {
  readonly gobiiFileColumns: object[];
}

describe("many posts at once, of all generations, while jobs run", () => {
  const count = 200;

  it("loses none, takes none twice, and answers each in its own shape", async () => {
    const names = Array.from({ length: count }, (_, i) => `many-${i}`);
    await Promise.all(
      names.map(async (name) => {
        await mkdir(join(data, "files", name), { recursive: true });
        await writeFile(join(data, "files", name, "in.txt"), `name\nm-${name}\n`);
      }),
    );
    const tokens = await Promise.all(allGenerations.map(signIn));
    const post = (name: string, i: number): Promise<Reply> => {
      const { body, item, parts } = posted(generationAt(i), data, name);
      // The captured one has a matrix, which the file has none of, and no platform.
      const procedure = item["procedure"] as { instructions: TableInstruction[] } | undefined;
      procedure?.instructions.splice(1);
      procedure?.instructions[0]?.gobiiFileColumns.push({
        gobiiColumnType: "CONSTANT",
        name: "platform_id",
        constantValue: "7",
      });
      for (const part of parts) {
        if ("jobPayloadType" in part) part["jobPayloadType"] = "CV_PAYLOADTYPE_MARKERS";
      }
      return ask("POST", `${base}/instructions/loader`, { token: tokens[i % 3] ?? "", body });
    };
    const replies = await Promise.all(names.flatMap((name, i) => [post(name, i), post(name, i)]));

    for (const [i, name] of names.entries()) {
      const pair = replies.slice(2 * i, 2 * i + 2);
      for (const reply of pair) {
        expect("pagination" in envelopeOf(reply).header).toBe(generationAt(i) !== "v1.1");
      }
      const [made, refused] = pair.toSorted((one, other) => one.status - other.status);
      expect([made?.status, refused?.status]).toEqual([201, 500]);
      if (made === undefined || refused === undefined) continue;
      expect(messagesOf(refused)).toEqual([expect.stringContaining("already exists")]);
      const [item] = envelopeOf(made).payload.data;
      expect(item).toMatchObject({ instructionFileName: name });
      expect("procedure" in (item ?? {})).toBe(generationAt(i) === "v2.2");
    }
    const all = envelopeOf(await ask("GET", `${base}/jobs`, { token })).payload.data;
    expect(all.map((job) => job["jobName"])).toEqual(expect.arrayContaining(names));
    expect(new Set(all.map((job) => job["jobName"])).size).toBe(all.length);

    // Enough of them to see that they are digested as they come.
    const done: string[] = [];
    while (done.length < 30) {
      const jobs = envelopeOf(await ask("GET", `${base}/jobs`, { token })).payload.data;
      const ours = jobs.filter((job) => String(job["jobName"]).startsWith("many-"));
      expect(ours.filter((job) => job["status"] === "failed")).toEqual([]);
      const completed = ours.filter((job) => job["status"] === "completed");
      done.splice(0, done.length, ...completed.map((job) => String(job["jobName"])));
      await sleep(200);
    }
    for (const name of done) {
      const marker = await readFile(join(data, "loader/digest", name, "digest.marker"), "utf8");
      expect(marker).toContain(`m-${name}`);
    }
  }, 120_000);
});
