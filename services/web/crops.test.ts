import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfiguration } from "./configuration.ts";
import { envelopeOf, messagesOf, send, type Reply } from "./gobii/test-client.ts";
import { posted } from "./gobii/test-requests.ts";
import {
  markerInstruction,
  runningWeb,
  temporaryDir,
  type TestWeb,
} from "./testing/running-web.ts";
import { hashPassword } from "./users.ts";

interface Setup {
  readonly web: TestWeb;
  readonly maize: string;
  readonly rice: string;
  readonly ask: (
    method: string,
    path: string,
    options?: Parameters<typeof send>[3],
  ) => Promise<Reply>;
  readonly tokenOf: (crop: string, user: string) => Promise<string>;
}

/** Two crops, users of the one, of the other and of both, all with the password "word". */
async function setUp(): Promise<Setup> {
  const folder = await temporaryDir();
  const [maize, rice] = [join(folder, "maize"), join(folder, "rice")];
  await Promise.all([mkdir(maize), mkdir(rice)]);
  const passwordHash = await hashPassword("word");
  const user = (name: string, role: string) => ({ name, role, passwordHash });
  const { crops, usersOf } = parseConfiguration(
    JSON.stringify({
      crops: [
        {
          name: "maize",
          dataRoots: [maize],
          users: [user("maizer", "submit")],
          defaults: { priority: 7, hold: true },
        },
        { name: "rice", dataRoots: [rice], users: [user("ricer", "submit")] },
      ],
      users: [user("reader", "read"), user("curator", "submit"), user("boss", "admin")],
    }),
    join(folder, "web.json"),
  );
  const web = await runningWeb({ ...(crops === null ? {} : { crops }), usersOf });
  const port = Number(new URL(web.url).port);
  const ask: Setup["ask"] = (method, path, options = {}) => send(port, method, path, options);
  return {
    web,
    maize,
    rice,
    ask,
    async tokenOf(crop, name) {
      const headers = { "X-Username": name, "X-Password": "word" };
      const reply = await ask("POST", `/gobii-${crop}//gobii/v1/auth`, { headers, body: "empty" });
      return String(reply.headers["x-auth-token"] ?? "");
    },
  };
}

describe("two crops", () => {
  it("each have their users, and a token counts at the one where it was got", async () => {
    const { ask, tokenOf } = await setUp();
    expect(await tokenOf("rice", "maizer")).toBe("");
    const token = await tokenOf("maize", "maizer");
    const jobs = (crop: string, as: string) =>
      ask("GET", `/gobii-${crop}//gobii/v1/jobs`, { token: as });
    expect((await jobs("maize", token)).status).toBe(201);
    expect((await jobs("rice", token)).status).toBe(401);
    for (const crop of ["maize", "rice"]) expect(await tokenOf(crop, "curator")).not.toBe("");
  });

  it("each name their own directories", async () => {
    const { ask, rice } = await setUp();
    const reply = await ask("GET", "/gobii-rice//gobii/v1/configsettings");
    const [item] = envelopeOf(reply).payload.data;
    expect(item?.["serverConfigs"]).toMatchObject({
      rice: { contextRoot: "/gobii-rice/", fileLocations: { RAW_USER_FILES: `${rice}/files/` } },
    });
  });

  it("have the same key twice, and see none of each other's jobs", async () => {
    const { ask, tokenOf, maize, rice, web } = await setUp();
    for (const [crop, user, root] of [
      ["maize", "maizer", maize],
      ["rice", "ricer", rice],
    ] as const) {
      const token = await tokenOf(crop, user);
      const { body } = posted("v2.1", root, "same");
      const path = `/gobii-${crop}//gobii/v1/instructions/loader`;
      expect((await ask("POST", path, { token, body })).status).toBe(201);
    }
    const token = await tokenOf("rice", "ricer");
    const dataOf = async (path: string) =>
      envelopeOf(await ask("GET", `/gobii-rice//gobii/v1/${path}`, { token })).payload.data;
    expect(await dataOf("jobs")).toMatchObject([{ jobName: "same", jobId: 2 }]);
    expect(await dataOf("jobs/1")).toEqual([]);
    expect(await dataOf("jobs/same")).toMatchObject([{ jobId: 2 }]);
    const { body: job } = await web.ask("GET", "/api/v1/jobs/1");
    expect(job).toMatchObject({ crop: "maize", priority: 7, held: true });
  });

  it("each have their defaults, for what does not say otherwise", async () => {
    const { web, maize, rice } = await setUp();
    const submitted = async (key: string, root: string, body: object) => {
      const instructions = markerInstruction(root);
      const { body: answer } = await web.ask("POST", "/api/v1/instructions", {
        key,
        instructions,
        ...body,
      });
      const { crop, priority, held } = answer.job as {
        crop: string;
        priority: number;
        held: boolean;
      };
      return [crop, priority, held];
    };
    expect(await submitted("a", maize, {})).toEqual(["maize", 7, true]);
    expect(await submitted("b", maize, { priority: 0, hold: false })).toEqual(["maize", 0, false]);
    expect(await submitted("c", rice, { crop: "rice" })).toEqual(["rice", 0, false]);
  });

  it("are refused each other's files, in every place that names one", async () => {
    const { ask, tokenOf, maize, rice } = await setUp();
    await mkdir(join(maize, "files/theirs"), { recursive: true });
    await writeFile(join(maize, "files/theirs/a.txt"), "secret");
    const token = await tokenOf("rice", "ricer");
    const at = "/gobii-rice//gobii/v1";

    for (const [generation, root] of [
      ["v1.1", maize],
      ["v2.1", `${rice}/../maize`],
      ["v2.2", `${rice}/files/../../maize`],
    ] as const) {
      const { body } = posted(generation, root, "stolen");
      const reply = await ask("POST", `${at}/instructions/loader`, { token, body });
      expect(reply.status).toBe(500);
      expect(messagesOf(reply)[0]).toContain("lies outside the data roots");
    }
    const preview = await ask("GET", `${at}/files/loader/theirs?fileFormat=txt`, { token });
    expect(messagesOf(preview)).toEqual([
      `The specified directory does not exist: ${rice}/files/theirs`,
    ]);
    const up = await ask("PUT", `${at}/files/loader/..%2F..%2Fmaize%2Ffiles`, {
      token,
      body: { payload: { data: [{}] } },
    });
    expect(up.status).toBe(500);
    expect(await readdir(maize)).toEqual(["files"]);
  });
});

describe("the service's own API", () => {
  const paths = [
    ["GET", "/api/v1/jobs", "read"],
    ["GET", "/api/v1/digesters", "read"],
    ["POST", "/api/v1/instructions", "submit"],
    ["POST", "/api/v1/jobs/actions", "submit"],
    ["POST", "/api/v1/jobs/1/cancel", "submit"],
    ["POST", "/api/v1/digesters", "admin"],
    ["DELETE", "/api/v1/digesters/x", "admin"],
    ["PUT", "/api/v1/digesters/x/regulator", "admin"],
    ["GET", "/api/v1/tokens", "admin"],
    ["DELETE", "/api/v1/users/boss/tokens", "admin"],
  ] as const;
  const rank = { reader: 0, curator: 1, boss: 2 } as const;
  const needs = { read: 0, submit: 1, admin: 2 } as const;

  it("lets users of the whole service do what their role says, and nobody else", async () => {
    const { ask, tokenOf } = await setUp();
    for (const user of ["reader", "curator", "boss"] as const) {
      const token = await tokenOf("maize", user);
      for (const [method, path, role] of paths) {
        const body = method === "GET" || method === "DELETE" ? {} : { body: "{}" };
        const headers = { Authorization: `Bearer ${token}` };
        const { status } = await ask(method, path, { headers, ...body });
        expect([user, path, status === 403]).toEqual([user, path, rank[user] < needs[role]]);
        expect(status).not.toBe(401);
      }
    }
    const headers = { Authorization: `Bearer ${await tokenOf("maize", "maizer")}` };
    expect((await ask("GET", "/api/v1/jobs", { headers })).status).toBe(401);
  });

  it("revokes tokens at once", async () => {
    const { ask, tokenOf, web } = await setUp();
    const [first, second] = [await tokenOf("rice", "ricer"), await tokenOf("rice", "ricer")];
    const shown = await web.ask("GET", "/api/v1/tokens");
    expect(shown.body.tokens).toMatchObject([{ user: "ricer", crop: "rice" }, { user: "ricer" }]);
    expect(JSON.stringify(shown.body)).not.toContain(first);

    const status = async (token: string) =>
      (await ask("GET", "/gobii-rice//gobii/v1/jobs", { token })).status;
    const { id } = shown.body.tokens[0] as { id: string };
    expect((await web.ask("DELETE", `/api/v1/tokens/${id}`)).status).toBe(204);
    expect((await web.ask("DELETE", `/api/v1/tokens/${id}`)).status).toBe(404);
    expect([await status(first), await status(second)]).toEqual([401, 201]);
    expect((await web.ask("DELETE", "/api/v1/users/ricer/tokens")).status).toBe(204);
    expect(await status(second)).toBe(401);
  });

  it("lets a browser in with a user's token, for what the role says", async () => {
    const { ask, tokenOf, web } = await setUp();
    const token = await tokenOf("maize", "reader");
    const entered = await ask("GET", `/?token=${encodeURIComponent(token)}`);
    expect(entered.status).toBe(303);
    const cookie = String(entered.headers["set-cookie"]).split(";")[0] ?? "";
    const headers = { Cookie: cookie };
    expect((await ask("GET", "/api/v1/jobs", { headers })).status).toBe(200);
    const body = { instructions: markerInstruction(web.dataDir) };
    expect((await ask("POST", "/api/v1/instructions", { headers, body })).status).toBe(403);
  });
});
