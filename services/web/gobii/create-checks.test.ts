import { readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GobiiGeneration } from "../gobii-sessions.ts";
import { base, envelopeOf, messagesOf, startFace, type Face } from "./test-client.ts";
import { allGenerations, posted, type PostedInstruction } from "./test-requests.ts";

let face: Face;
let token: string;
beforeAll(async () => {
  face = await startFace();
  token = await face.signIn();
});
afterAll(() => face.close());

const create = (body: object | string | Buffer) =>
  face.call("POST", `${base}/instructions/loader`, { token, body });
const messageOf = (reply: Parameters<typeof envelopeOf>[0]) =>
  envelopeOf(reply).header.status.statusMessages[0];

const v2Paging = { pagination: null, maxGet: null, maxPost: null, maxPut: null };
const noAuth = { userName: null, password: null, token: null, gobiiCropType: null };

interface Case {
  readonly what: string;
  readonly generations: readonly GobiiGeneration[];
  readonly change: (request: PostedInstruction, face: Face) => void;
  readonly level: "ERROR" | "VALIDATION";
  readonly type: string;
  readonly text: (generation: GobiiGeneration, face: Face) => string;
}

const v2 = ["v2.1", "v2.2"] as const;
const everyFile =
  (change: (file: Record<string, unknown>, face: Face) => void): Case["change"] =>
  (request, at) =>
    request.files.forEach((file) => change(file, at));
const everyPart =
  (change: (part: Record<string, unknown>) => void): Case["change"] =>
  (request) =>
    request.parts.forEach(change);

const cases: Case[] = [
  {
    what: "two data items",
    generations: allGenerations,
    change: ({ body, item }) => body.payload.data.push(structuredClone(item)),
    level: "VALIDATION",
    type: "MISSING_REQUIRED_VALUE",
    text: () => "Request payload data does not contain exactly one item",
  },
  {
    what: "no name",
    generations: allGenerations,
    change: ({ item }) => (item["instructionFileName"] = null),
    level: "VALIDATION",
    type: "MISSING_REQUIRED_VALUE",
    text: () => "The instruction file DTO is missing the instruction file name",
  },
  {
    what: "an empty name",
    generations: allGenerations,
    change: ({ item }) => (item["instructionFileName"] = ""),
    level: "VALIDATION",
    type: "MISSING_REQUIRED_VALUE",
    text: () => "The instruction file DTO is missing the instruction file name",
  },
  {
    what: "no payload type",
    generations: v2,
    change: ({ parts }) => (parts[0]!["jobPayloadType"] = null),
    level: "ERROR",
    type: "NONE",
    text: () => "The primary instruction does not have a payload type",
  },
  {
    what: "a table twice",
    generations: ["v2.1"],
    change: ({ parts }) => parts.push(structuredClone(parts[0]!)),
    level: "ERROR",
    type: "NONE",
    text: () => "Duplicate key marker",
  },
  {
    what: "an empty list",
    generations: ["v2.1"],
    change: (request) => {
      request.parts.length = 0;
    },
    level: "ERROR",
    type: "NONE",
    text: () => "The request does not contain any loader instruction. Index: 0, Size: 0",
  },
  {
    what: "no source",
    generations: allGenerations,
    change: everyFile((file) => (file["source"] = null)),
    level: "VALIDATION",
    type: "MISSING_REQUIRED_VALUE",
    text: (generation) =>
      `The file associated with instruction${generation === "v1.1" ? " at index 0" : ""} is missing the source file path`,
  },
  {
    what: "no destination",
    generations: allGenerations,
    change: everyFile((file) => (file["destination"] = "")),
    level: "VALIDATION",
    type: "MISSING_REQUIRED_VALUE",
    text: (generation) =>
      `The file associated with instruction ${generation === "v1.1" ? "at index 0" : ""} is missing the destination file path`,
  },
  {
    what: "a source outside the roots",
    generations: allGenerations,
    change: everyFile((file) => (file["source"] = "/etc/passwd")),
    level: "VALIDATION",
    type: "BAD_REQUEST",
    text: () => "The source file path lies outside the data roots: /etc/passwd",
  },
  {
    what: "a relative source",
    generations: allGenerations,
    change: everyFile((file) => (file["source"] = "files/x")),
    level: "VALIDATION",
    type: "BAD_REQUEST",
    text: () => "The source file path lies outside the data roots: files/x",
  },
  {
    what: "a destination that climbs out",
    generations: allGenerations,
    change: everyFile((file, at) => (file["destination"] = `${at.root}/loader/../../out`)),
    level: "VALIDATION",
    type: "BAD_REQUEST",
    text: (_, at) =>
      `The destination file path lies outside the data roots: ${at.root}/loader/../../out`,
  },
  {
    what: "a destination in the store's folder",
    generations: allGenerations,
    change: everyFile((file, at) => (file["destination"] = `${at.root}/.store/x`)),
    level: "VALIDATION",
    type: "BAD_REQUEST",
    text: (_, at) => `The destination file path lies outside the data roots: ${at.root}/.store/x`,
  },
  {
    what: "directories required to exist that do not",
    generations: allGenerations,
    change: everyFile((file) => (file["requireDirectoriesToExist"] = true)),
    level: "VALIDATION",
    type: "ENTITY_DOES_NOT_EXIST",
    text: (generation, at) =>
      `require-to-exist was set to true, but the source file path does not exist: ${at.root}/files/refused-${generation}`,
  },
  {
    what: "a source said to exist that does not",
    generations: allGenerations,
    change: everyFile((file) => (file["createSource"] = false)),
    level: "VALIDATION",
    type: "ENTITY_DOES_NOT_EXIST",
    text: (generation, at) =>
      `The load file was specified to exist, but does not exist: ${at.root}/files/refused-${generation}`,
  },
  {
    what: "a matrix without a data set",
    generations: v2,
    change: everyPart((part) => {
      part["dataSetId"] = null;
      part["dataset"] = { id: null, name: "named only" };
    }),
    level: "ERROR",
    type: "NONE",
    text: (generation) =>
      `The specified job has payload type MATRIX, but no dataset ID: refused-${generation}`,
  },
  {
    what: "a matrix with its data set under dataSet alone",
    generations: ["v2.1"],
    change: everyPart((part) => {
      part["dataSetId"] = null;
      part["dataSet"] = { id: 5, name: null };
    }),
    level: "ERROR",
    type: "NONE",
    text: () => "The specified job has payload type MATRIX, but no dataset ID: refused-v2.1",
  },
  {
    what: "no contact",
    generations: v2,
    change: everyPart((part) => (part["contactId"] = null)),
    level: "ERROR",
    type: "NONE",
    text: (generation) => `The specified job does not have a contact ID: refused-${generation}`,
  },
];

describe("a request that the original refuses", () => {
  const rows = cases.flatMap((one) =>
    one.generations.map((generation) => ({
      ...one,
      name: `${generation}: ${one.what}`,
      generation,
    })),
  );

  it.each(rows)("$name", async ({ generation, change, level, type, text }) => {
    const name = `refused-${generation}`;
    const request = posted(generation, face.root, name);
    change(request, face);
    const reply = await create(request.body);
    expect(reply.status).toBe(500);
    const message =
      `MESSAGE: ${text(generation, face)};\n EXCEPTION STACK: <no stack trace>;\n` +
      " CAUSED BY: <no cause message>;\n CAUSED BY STACK: <no cause stack trace>";
    expect(envelopeOf(reply)).toEqual({
      payload: {
        linkCollection: { linksPerDataItem: [], exploreLinksPerDataItem: [] },
        data: [],
      },
      header: {
        gobiiProcessType: "READ",
        dtoHeaderAuth: generation === "v2.2" ? {} : noAuth,
        status: {
          succeeded: false,
          statusMessages: [{ gobiiStatusLevel: level, gobiiValidationStatusType: type, message }],
          statusMessagesByCode: { [`0-${level}-${type}`]: message },
        },
        ...(generation === "v1.1" ? {} : v2Paging),
        gobiiVersion: null,
        cropType: null,
      },
    });
    expect(await face.store.jobByKey("dev", name)).toBeNull();
    for (const folder of ["files", "loader/digest"]) {
      const made = await readdir(join(face.root, folder)).catch((): string[] => []);
      expect(made).not.toContain(name);
    }
  });

  it("no data item at all", async () => {
    for (const body of [
      {},
      { payload: null },
      { payload: { data: null } },
      { payload: { data: [] } },
    ]) {
      expect(messagesOf(await create(body))).toEqual([
        "Request payload data does not contain exactly one item",
      ]);
    }
  });

  it("a data item that is null, or a procedure without metadata", async () => {
    expect(messagesOf(await create({ payload: { data: [null] } }))).toEqual([
      "The instruction file DTO is missing the instruction file name",
    ]);
    const bare = { instructionFileName: "bare", procedure: null };
    for (const item of [
      bare,
      { ...bare, procedure: {} },
      { ...bare, procedure: { metadata: null } },
    ]) {
      expect(messagesOf(await create({ payload: { data: [item] } }))).toEqual([
        "The primary instruction does not have a payload type",
      ]);
    }
  });

  it.each([
    "../../x",
    "a/b",
    "..",
    ".hidden",
    "x y",
    "x".repeat(201),
    "x".repeat(300),
    "nul\0",
    "é",
    "x\n",
  ])("the name %j", async (name) => {
    for (const generation of allGenerations) {
      const { body, item } = posted(generation, face.root, "hostile");
      item["instructionFileName"] = name;
      const reply = await create(body);
      expect(reply.status).toBe(500);
      expect(messageOf(reply)).toMatchObject({
        gobiiStatusLevel: "VALIDATION",
        gobiiValidationStatusType: "BAD_REQUEST",
      });
      expect(messagesOf(reply)).toEqual([
        `The instruction file name contains characters that are not allowed: ${name}`,
      ]);
    }
  });

  it.each([
    [
      "v1.1",
      (name: string) =>
        `The specified instruction file already exists: ${face.root}/loader/instructions/${name}.json`,
    ],
    ["v2.1", (name: string) => `The specified loader job already exists: ${name}`],
    ["v2.2", (name: string) => `The specified loader job already exists: ${name}`],
  ] as const)("a name in use, as %s says it", async (generation, text) => {
    const name = `twice-${generation}`;
    const { body } = posted(generation, face.root, name);
    expect((await create(body)).status).toBe(201);
    const reply = await create(body);
    expect(reply.status).toBe(500);
    expect(messageOf(reply)).toMatchObject({
      gobiiStatusLevel: "ERROR",
      gobiiValidationStatusType: "NONE",
    });
    expect(messagesOf(reply)).toEqual([text(name)]);
  });

  it("a later element of V1.1, which checks them all, but not of V2.1", async () => {
    for (const generation of ["v1.1", "v2.1"] as const) {
      const { body, parts } = posted(generation, face.root, `later-${generation}`);
      parts.push({
        ...structuredClone(parts[0]!),
        table: "bar_table",
        gobiiFile: { source: "", destination: "" },
      });
      const reply = await create(body);
      expect(reply.status).toBe(generation === "v1.1" ? 500 : 201);
      expect(messagesOf(reply)).toEqual(
        generation === "v1.1"
          ? ["The file associated with instruction at index 1 is missing the source file path"]
          : [],
      );
    }
  });

  it("a path outside the roots in any element, and through a link that leads out", async () => {
    const { body, parts } = posted("v2.1", face.root, "later-outside");
    parts.push({
      ...structuredClone(parts[0]!),
      table: "bar_table",
      gobiiFile: { source: "/etc", destination: "/etc" },
    });
    expect(messagesOf(await create(body))).toEqual([
      "The source file path lies outside the data roots: /etc",
    ]);
    await symlink("/etc", join(face.root, "way-out"));
    const linked = posted("v2.1", face.root, "linked");
    linked.files[0]!["destination"] = join(face.root, "way-out", "x");
    expect(messagesOf(await create(linked.body))[0]).toContain("lies outside the data roots");
  });
});
