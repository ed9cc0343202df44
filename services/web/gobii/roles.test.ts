import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { base, envelopeOf, messagesOf, password, startFace, type Face } from "./test-client.ts";
import { allGenerations, posted } from "./test-requests.ts";

let face: Face;
beforeAll(async () => {
  face = await startFace({ users: { writer: "submit", reader: "read" } });
});
afterAll(() => face.close());

describe("a user who may only read", () => {
  it("reads what others made", async () => {
    const { body } = posted("v2.1", face.root, "made");
    const writer = await face.signIn("writer");
    await face.call("POST", `${base}/instructions/loader`, { token: writer, body });
    const token = await face.signIn("reader");
    for (const path of ["/instructions/loader/made", "/jobs/made", "/jobs", "/names/projects"]) {
      expect((await face.call("GET", base + path, { token })).status).toBe(201);
    }
  });

  it.each([
    ["POST", "/instructions/loader"],
    ["POST", "/jobs"],
    ["PUT", "/jobs/made"],
    ["PUT", "/files/loader/some"],
    ["POST", "/files/some/RAW_USER_FILES"],
  ])("is refused %s %s in the contract's form", async (method, path) => {
    for (const generation of allGenerations) {
      const { body } = posted(generation, face.root, "refused");
      const token = await face.signIn("reader");
      const reply = await face.call(method, base + path, { token, body });
      expect(reply.status).toBe(403);
      expect(messagesOf(reply)).toEqual([
        "The user reader may read, but not make or change anything",
      ]);
      expect(envelopeOf(reply).payload.data).toEqual([]);
      expect(await face.store.jobByKey("dev", "refused")).toBeNull();
    }
  });

  it("is refused with name and password on the call itself, too", async () => {
    const { body } = posted("v1.1", face.root, "direct");
    const headers = { "X-Username": "reader", "X-Password": password };
    const reply = await face.call("POST", `${base}/instructions/loader`, { headers, body });
    expect(reply.status).toBe(403);
  });
});

describe("a token", () => {
  it("ends when its time is up", async () => {
    const token = await face.signIn("writer");
    const ask = async () => (await face.call("GET", `${base}/jobs/none`, { token })).status;
    expect(await ask()).toBe(201);
    face.clock.now += 7 * 24 * 3_600_000;
    expect(await ask()).toBe(401);
  });

  it.each([
    ["empty", ""],
    ["null", "null"],
    ["short", "AAAA"],
    ["long", "a".repeat(5000)],
    ["a path", "../../x"],
    ["an object", "{}"],
    ["no ASCII", "é"],
    ["a key of Object's prototype", "__proto__"],
  ])("that is forged is refused: %s", async (_, token) => {
    const header = Buffer.from(token, "utf8").toString("latin1");
    const reply = await face.call("GET", `${base}/jobs/made`, {
      headers: { "X-Auth-Token": header, Authorization: `Bearer ${header}` },
    });
    expect([reply.status, reply.text]).toEqual([401, ""]);
  });
});
