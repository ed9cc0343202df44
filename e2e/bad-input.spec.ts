import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Job, isSettled } from "../services/contract/job.ts";
import { SubmitAnswer } from "../services/contract/api.ts";
import type { Cluster } from "./cluster.ts";
import { expect, test } from "./cluster.ts";
import { datasetInstruction } from "./large-matrix.ts";

/** Bad input is normal: a clear answer that names the place, nothing half done, and a service that goes on. */

interface Answer {
  readonly status: number;
  readonly text: string;
}

type Ask = (path: string, body: string) => Promise<Answer>;

async function post(
  address: string,
  headers: Record<string, string>,
  body: string,
): Promise<Answer> {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

async function start(cluster: Cluster): Promise<{ own: Ask; gobii: Ask }> {
  const { announcement } = await cluster.startWeb();
  await cluster.startDigester("node-1");
  const { url, token, gobii } = announcement;
  return {
    own: (path, body) => post(`${url}/api/v1${path}`, { authorization: `Bearer ${token}` }, body),
    gobii: (path, body) =>
      post(
        `${gobii.url}//gobii/v1/${path}`,
        { "X-Username": gobii.user, "X-Password": gobii.password },
        body,
      ),
  };
}

/** The loader's request, as short as the server takes it. */
const request = (name: string, gobiiLoaderInstructions: object[]): string =>
  JSON.stringify({
    payload: { data: [{ gobiiLoaderInstructions, instructionFileName: name }] },
    header: { pagination: null, dtoHeaderAuth: { userName: null } },
  });

const jobOf = ({ text }: Answer): Job => SubmitAnswer.parse(JSON.parse(text)).job;

interface Case {
  readonly what: string;
  readonly text: string | null;
  readonly change?: (table: Record<string, unknown>) => void;
  /** All of these stand in the reason. */
  readonly says: readonly string[];
}

const header = "marker\tS1\tS2\n";
const cases: readonly Case[] = [
  { what: "missing-source", text: null, says: ["missing-source"] },
  { what: "ragged", text: `${header}M1\tA/A\tA/G\nM2\tA/A\n`, says: ["ragged.txt, line 3"] },
  { what: "unknown-call", text: `${header}M1\tA/A\tA/Q\n`, says: ["unknown-call.txt, line 2"] },
  { what: "empty-call", text: `${header}M1\tA/A\t\n`, says: ["empty-call.txt, line 2"] },
  { what: "binary", text: "\u0000\u0001\u0002PK\u0003\u0004".repeat(500), says: ["binary.txt"] },
  {
    what: "bad-delimiter",
    text: `${header}M1\tA/A\tA/G\n`,
    change: (table) => {
      table["gobiiFile"] = { ...(table["gobiiFile"] as object), delimiter: "[\\t" };
    },
    says: ["delimiter", "a class is not closed"],
  },
];

test("each bad source fails its job with its place, and leaves nothing", async ({ cluster }) => {
  const { own } = await start(cluster);
  for (const { what, text, change, says } of cases) {
    const source = join(cluster.dataDir, "files", what);
    if (text !== null) {
      await mkdir(source, { recursive: true });
      await writeFile(join(source, `${what}.txt`), text);
    }
    const destination = join(cluster.dataDir, "loader", "digest", what);
    const instructions = datasetInstruction(source, destination) as Record<string, unknown>[];
    if (change !== undefined) instructions.forEach(change);
    const posted = await own("/instructions", JSON.stringify({ key: what, instructions }));
    expect(posted.status, posted.text).toBe(201);
    const job = await cluster.settled(what, 30_000);
    expect(job.status, what).toBe("failed");
    for (const part of says) expect(job.reason, what).toContain(part);
    expect(JSON.stringify(job), what).not.toMatch(/\n\s+at /);
    expect(job.result?.errors.length ?? 1, what).toBeGreaterThan(0);
  }
  const left = await readdir(join(cluster.dataDir, "loader", "digest")).catch(() => []);
  expect(left).toEqual([]);
});

test("an empty file completes with header lines only, and a warning", async ({ cluster }) => {
  const { own } = await start(cluster);
  const source = join(cluster.dataDir, "files", "empty");
  await mkdir(source, { recursive: true });
  await writeFile(join(source, "empty.txt"), "");
  const destination = join(cluster.dataDir, "loader", "digest", "empty");
  await own(
    "/instructions",
    JSON.stringify({ key: "empty", instructions: datasetInstruction(source, destination) }),
  );
  const job = await cluster.settled("empty", 30_000);
  expect(job.status, job.reason ?? "").toBe("completed");
  expect(job.result?.warnings.length).toBeGreaterThan(0);
});

test("the own API refuses what is no instruction, by name and place", async ({ cluster }) => {
  const { own } = await start(cluster);
  const outside = datasetInstruction("/etc", "/tmp/outside");
  const inside = datasetInstruction(join(cluster.dataDir, "a"), join(cluster.dataDir, "b"));
  const refusals: readonly (readonly [string, number, string])[] = [
    ["{", 400, "JSON"],
    [
      JSON.stringify({ instructions: [{ gobiiFileColumns: [{ gobiiColumnType: "X" }] }] }),
      400,
      "gobiiColumnType",
    ],
    [JSON.stringify({ key: "../../x", instructions: inside }), 400, "../../x"],
    [JSON.stringify({ key: "outside", instructions: outside }), 400, "/etc"],
    [JSON.stringify({ key: "relative", instructions: datasetInstruction("a", "b") }), 400, "a"],
  ];
  for (const [body, status, part] of refusals) {
    const answer = await own("/instructions", body);
    expect(answer.status, body).toBe(status);
    expect(answer.text, body).toContain(part);
    expect(answer.text, body).not.toMatch(/\n\s+at /);
  }

  // The same key with the same instruction is the same job; with another one it is refused.
  const body = JSON.stringify({ key: "twice", hold: true, instructions: inside });
  const [first, second] = [await own("/instructions", body), await own("/instructions", body)];
  expect(jobOf(second).id).toBe(jobOf(first).id);
  const other = datasetInstruction(join(cluster.dataDir, "c"), join(cluster.dataDir, "d"));
  const third = await own("/instructions", JSON.stringify({ key: "twice", instructions: other }));
  expect(third.status).toBe(409);
  expect(isSettled((await cluster.job("twice")).status)).toBe(false);
});

test("the GOBii face refuses in the form its clients read", async ({ cluster }) => {
  const { gobii } = await start(cluster);
  const inside = datasetInstruction(join(cluster.dataDir, "a"), join(cluster.dataDir, "b"));
  const malformed = await gobii("instructions/loader", "{");
  expect(malformed.status).toBe(400);
  expect(malformed.text).not.toContain("payload");

  const hostile = await gobii("instructions/loader", request("../../x", inside));
  expect(hostile.status).toBe(500);
  expect(hostile.text).toContain(
    "The instruction file name contains characters that are not allowed: ../../x",
  );
  const outside = await gobii(
    "instructions/loader",
    request("outside", datasetInstruction("/etc", "/tmp/outside")),
  );
  expect(outside.status).toBe(500);
  expect(outside.text).toContain("lies outside the data roots: /etc");

  expect((await gobii("instructions/loader", request("once", inside))).status).toBe(201);
  const duplicate = await gobii("instructions/loader", request("once", inside));
  expect(duplicate.status).toBe(500);
  expect(duplicate.text).toContain("The specified loader job already exists: once");
});
