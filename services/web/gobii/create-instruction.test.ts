import { mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GobiiGeneration } from "../gobii-sessions.ts";
import { base, envelopeOf, messagesOf, startFace, user, type Face } from "./test-client.ts";
import { allGenerations, posted, type PostedInstruction } from "./test-requests.ts";

let face: Face;
let token: string;
beforeAll(async () => {
  face = await startFace();
  token = await face.signIn();
});
afterAll(() => face.close());

const create = (body: object | string | Buffer, path = `${base}/instructions/loader`) =>
  face.call("POST", path, { token, body });
const messageOf = (reply: Parameters<typeof envelopeOf>[0]) =>
  envelopeOf(reply).header.status.statusMessages[0];

const v2Paging = { pagination: null, maxGet: null, maxPost: null, maxPut: null };
const noAuth = { userName: null, password: null, token: null, gobiiCropType: null };

describe("a captured request", () => {
  it.each(allGenerations)("of %s is answered as captured", async (generation) => {
    const { body, item } = posted(generation, face.root, `captured-${generation}`);
    const reply = await create(body);
    expect(reply.status).toBe(201);
    const name = `captured-${generation}`;
    const javaClass =
      generation === "v1.1"
        ? "org.gobiiproject.gobiimodel.headerlesscontainer.LoaderInstructionFilesDTO"
        : "org.gobiiproject.gobiimodel.dto.instructions.loader.LoaderInstructionFilesDTO";
    const auth = { token, gobiiCropType: "dev" };
    const elements = item["gobiiLoaderInstructions"] as Array<Record<string, unknown>> | undefined;
    expect(envelopeOf(reply)).toEqual({
      payload: {
        linkCollection: {
          linksPerDataItem: [
            {
              href: `/gobii-dev//gobii/v1/instructions/loader/${name}`,
              description: `Link to class ${javaClass}, id ${name}`,
              methods: ["GET", "PUT"],
            },
          ],
          exploreLinksPerDataItem: [],
        },
        data: [
          {
            ...item,
            allowedProcessTypes: ["UPDATE", "READ"],
            ...(generation === "v2.1" && {
              gobiiLoaderInstructions: elements?.map((element) => ({
                ...element,
                columnsByTableName: { marker: element["gobiiFileColumns"] },
              })),
            }),
          },
        ],
      },
      header: {
        gobiiProcessType: "READ",
        dtoHeaderAuth: generation === "v2.2" ? auth : { ...noAuth, ...auth },
        status: { succeeded: true, statusMessages: [], statusMessagesByCode: {} },
        ...(generation === "v1.1" ? {} : v2Paging),
        gobiiVersion: `GOBII Server ${generation.slice(1)}`,
        cropType: "dev",
      },
    });
  });

  it.each([
    ["v1.1", { payloadType: null, datasetIds: [null], contactId: 3 }],
    ["v2.1", { payloadType: "matrix", datasetIds: [5], contactId: 3 }],
    ["v2.2", { payloadType: "matrix", datasetIds: [5], contactId: 3 }],
  ] as const)("of %s becomes a waiting job and its directories", async (generation, gobii) => {
    const name = `job-${generation}`;
    await create(posted(generation, face.root, name).body);
    expect(await face.store.jobByKey("dev", name)).toMatchObject({
      status: "submitted",
      gobiiStatus: "pending",
      message: "Instruction file written by web services",
      submittedBy: user,
      hasInstruction: true,
      source: join(face.root, "files", name),
      gobii: { type: "load", ...gobii },
    });
    for (const path of [`files/${name}`, `loader/digest/${name}`]) {
      expect((await stat(join(face.root, path))).isDirectory()).toBe(true);
    }
  });
});

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

describe("the generation", () => {
  it("of a request without a header object is V2.1 for a list and V2.2 for a procedure", async () => {
    const fresh = await face.signIn();
    const list = await face.call("POST", `${base}/instructions/loader`, {
      token: fresh,
      body: { payload: { data: [posted("v2.1", face.root, "bare-list").item] } },
    });
    expect(envelopeOf(list).header).toMatchObject({
      gobiiVersion: "GOBII Server 2.1",
      ...v2Paging,
    });
    const procedure = { ...posted("v2.2", face.root, "bare-procedure").item };
    const second = await create({ payload: { data: [procedure] } });
    expect(envelopeOf(second).header).toMatchObject({ gobiiVersion: "GOBII Server 2.2" });
  });

  it("reads a procedure under its setter's name and answers under its getter's", async () => {
    const { body, item: sent } = posted("v2.2", face.root, "setter");
    const { procedure, ...rest } = sent;
    body.payload.data = [{ ...rest, gobiiLoaderProcedure: procedure }];
    const reply = await create(body);
    expect(envelopeOf(reply).payload.data[0]).toMatchObject({ procedure });
    expect(reply.text).not.toContain("gobiiLoaderProcedure");
  });

  it("follows the shape where the header tells another", async () => {
    const { body } = posted("v2.1", face.root, "list-in-v22");
    body.header = posted("v2.2", face.root, "x").body.header;
    const reply = await create(body);
    expect(reply.status).toBe(201);
    expect(envelopeOf(reply).payload.data[0]).toHaveProperty("gobiiLoaderInstructions");
  });
});

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

describe("a source that exists", () => {
  it("may be a file or a directory, and is left alone", async () => {
    await mkdir(join(face.root, "files"), { recursive: true });
    await writeFile(join(face.root, "files", "table.txt"), "a\tb\n");
    for (const createSource of [false, true]) {
      const request = posted("v2.1", face.root, `existing-${createSource}`);
      request.files[0]!["source"] = join(face.root, "files", "table.txt");
      request.files[0]!["createSource"] = createSource;
      expect((await create(request.body)).status).toBe(201);
    }
    expect((await stat(join(face.root, "files", "table.txt"))).size).toBe(4);
  });

  it("may be an instruction that was created before", async () => {
    await create(posted("v1.1", face.root, "earlier").body);
    const path = (name: string): string => `${face.root}/loader/instructions/${name}.json`;
    const statuses = await Promise.all(
      ["earlier", "never"].map(async (name) => {
        const request = posted("v1.1", face.root, `after-${name}`);
        request.files[0]!["createSource"] = false;
        request.files[0]!["source"] = path(name);
        return (await create(request.body)).status;
      }),
    );
    expect(statuses).toEqual([201, 500]);
  });

  it("says so when a directory cannot be made", async () => {
    await writeFile(join(face.root, "in-the-way"), "");
    const request = posted("v2.2", face.root, "no-directory");
    request.files[0]!["destination"] = join(face.root, "in-the-way", "x");
    const reply = await create(request.body);
    expect(reply.status).toBe(500);
    expect(messagesOf(reply)[0]).toMatch(/^Unable to create directory .*in-the-way\/x: /);
    expect(await face.store.jobByKey("dev", "no-directory")).toBeNull();
  });
});

describe("many at once", () => {
  it("loses none, doubles none and mixes up no generations", async () => {
    const tokens = {
      "v1.1": await face.signIn(),
      "v2.1": await face.signIn(),
      "v2.2": await face.signIn(),
    };
    const requests = Array.from({ length: 200 }, (_, n) => {
      const generation = allGenerations[n % 3] ?? "v2.1";
      // Every tenth name is posted twice.
      return { generation, name: `burst-${n % 10 === 9 ? n - 3 : n}-${generation}` };
    });
    const replies = await Promise.all(
      requests.map(async ({ generation, name }) => {
        const { body } = posted(generation, face.root, name);
        const reply = await face.call("POST", `${base}/instructions/loader`, {
          token: tokens[generation],
          body,
        });
        return { generation, name, reply };
      }),
    );
    const accepted = replies.filter(({ reply }) => reply.status === 201).map(({ name }) => name);
    expect(accepted.toSorted()).toEqual([...new Set(requests.map(({ name }) => name))].toSorted());
    for (const { generation, name, reply } of replies) {
      expect("pagination" in envelopeOf(reply).header).toBe(generation !== "v1.1");
      expect(await face.store.jobByKey("dev", name)).not.toBeNull();
    }
    const created = replies.filter(({ reply }) => reply.status === 201);
    for (const { generation, reply } of created) {
      expect(envelopeOf(reply).payload.data[0]).toHaveProperty(
        generation === "v2.2" ? "procedure" : "gobiiLoaderInstructions",
      );
    }
    const refused = replies.filter(({ reply }) => reply.status !== 201);
    expect(refused).toHaveLength(20);
    for (const { reply } of refused) expect(messagesOf(reply)[0]).toContain("already exists");
  });
});
