import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { base, envelopeOf, messagesOf, startFace, user, type Face } from "./test-client.ts";
import { allGenerations, posted } from "./test-requests.ts";

let face: Face;
let token: string;
beforeAll(async () => {
  face = await startFace();
  token = await face.signIn();
});
afterAll(() => face.close());

const create = (body: object | string | Buffer) =>
  face.call("POST", `${base}/instructions/loader`, { token, body });

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
