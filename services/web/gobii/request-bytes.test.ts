import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GobiiGeneration } from "../gobii-sessions.ts";
import { base, envelopeOf, messagesOf, startFace, type Face } from "./test-client.ts";
import { posted, type PostedInstruction } from "./test-requests.ts";

let face: Face;
let token: string;
beforeAll(async () => {
  face = await startFace();
  token = await face.signIn();
});
afterAll(() => face.close());

const create = (body: object | string | Buffer, path = `${base}/instructions/loader`) =>
  face.call("POST", path, { token, body });

describe("paths and bytes", () => {
  it.each([
    "/gobii-dev/gobii/v1/instructions/loader",
    "/gobii-dev///gobii//v1/instructions///loader",
    "/gobii-dev//gobii/v1/instructions/loader/?x=a//b",
  ])("takes %s", async (path) => {
    const { body } = posted("v2.1", face.root, `slashes-${path.length}`);
    expect((await create(body, path)).status).toBe(201);
  });

  it("reads Latin-1 where the bytes are no UTF-8, and answers in UTF-8", async () => {
    for (const encoding of ["latin1", "utf8"] as const) {
      const { body, parts } = posted("v2.1", face.root, `umlaut-${encoding}`);
      for (const part of parts) part["contactEmail"] = "renée@example.org";
      const bytes = Buffer.from(JSON.stringify(body), encoding);
      expect(bytes.includes(0xe9)).toBe(encoding === "latin1");
      const [data] = envelopeOf(await create(bytes)).payload.data;
      expect(data?.["gobiiLoaderInstructions"]).toMatchObject([
        { contactEmail: "renée@example.org" },
      ]);
    }
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "{oops"],
    ["the login's body", "empty"],
    ["an array", "[]"],
    ["null", "null"],
    ["data that is no array", '{"payload":{"data":{}}}'],
    ["deep nesting", "[".repeat(100_000) + "]".repeat(100_000)],
    [
      "deep nesting in a field",
      `{"payload":{"data":[{"x":${"[".repeat(50_000)}${"]".repeat(50_000)}}]}}`,
    ],
  ])("answers a plain 400 to %s", async (_, body) => {
    const reply = await create(body);
    expect(reply.status).toBe(400);
    expect(reply.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(reply.text).not.toMatch(/\n +at /);
  });

  it.each<[string, GobiiGeneration, (request: PostedInstruction) => void]>([
    [
      "a column type that does not exist",
      "v2.1",
      ({ parts }) => {
        parts[0]!["gobiiFileColumns"] = [{ gobiiColumnType: "CSV_DIAGONAL" }];
      },
    ],
    [
      "an empty enum",
      "v2.1",
      ({ parts }) => {
        parts[0]!["jobPayloadType"] = "";
      },
    ],
    [
      "a payload type in lower case",
      "v2.2",
      ({ parts }) => {
        parts[0]!["jobPayloadType"] = "matrix";
      },
    ],
    [
      "an id that is no number",
      "v1.1",
      ({ parts }) => {
        parts[0]!["dataSetId"] = "eight";
      },
    ],
  ])("answers a plain 400 to %s", async (_, generation, change) => {
    const request = posted(generation, face.root, "wrong-enum");
    change(request);
    const reply = await create(request.body);
    expect([reply.status, reply.headers["content-type"]]).toEqual([
      400,
      "text/plain; charset=utf-8",
    ]);
    expect(await face.store.jobByKey("dev", "wrong-enum")).toBeNull();
  });

  it("answers an envelope to what is too large", async () => {
    const reply = await create(Buffer.alloc(51 * 1024 * 1024, 0x20));
    expect(reply.status).toBe(413);
    expect(messagesOf(reply)).toEqual(["The request is larger than 50 MB"]);
    expect(envelopeOf(reply).payload.data).toEqual([]);
  });

  it("answers an envelope to what no digester would take, and keeps nothing of it", async () => {
    const { body, parts } = posted("v1.1", face.root, "grown");
    // Twice as long in UTF-8.
    parts[0]!["contactEmail"] = "é".repeat(34 * 1024 * 1024);
    const reply = await create(Buffer.from(JSON.stringify(body), "latin1"));
    expect(reply.status).toBe(413);
    expect(messagesOf(reply)).toEqual(["The instruction is larger than 64 MB"]);
    expect(await face.store.jobByKey("dev", "grown")).toBeNull();
  });

  it("keeps keys of Object's prototype as keys", async () => {
    const { body, parts } = posted("v2.1", face.root, "proto");
    parts[0]!["table"] = "__proto__";
    const text = JSON.stringify(body).replace(
      '"instructionFileName"',
      '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"instructionFileName"',
    );
    const reply = await create(text);
    expect(reply.status).toBe(201);
    expect(reply.text).toContain('"columnsByTableName":{"__proto__":[{');
    expect({}).not.toHaveProperty("polluted");
  });
});
