import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { base, envelopeOf, messagesOf, startFace, type Face } from "./test-client.ts";
import { allGenerations, posted } from "./test-requests.ts";
import type { GobiiGeneration } from "../gobii-sessions.ts";

let face: Face;
beforeAll(async () => {
  face = await startFace();
});
afterAll(() => face.close());

const directory = "data_20261124_120000_user";

/** `LoaderFilePreviewDTO` as the clients post it, in the envelope of a generation. */
function putBody(generation: GobiiGeneration): object {
  const { body } = posted(generation, face.root, "any");
  const dto = {
    allowedProcessTypes: [],
    id: 0,
    directoryName: null,
    previewFileName: null,
    fileList: [],
    filePreview: [],
  };
  return { ...body, payload: { ...body.payload, data: [dto] } };
}

const put = async (name: string, generation: GobiiGeneration = "v2.1") =>
  face.call("PUT", `${base}/files/loader/${name}`, {
    token: await face.signIn(),
    body: putBody(generation),
  });

const preview = async (name: string, query = "?fileFormat=txt") =>
  face.call("GET", `${base}/files/loader/${name}${query}`, { token: await face.signIn() });

describe("PUT files/loader/{directory}", () => {
  it.each(allGenerations)(
    "makes the directory and answers in the form of %s",
    async (generation) => {
      const name = `${directory}_${generation.replace(".", "")}`;
      const reply = await put(name, generation);
      expect(reply.status).toBe(200);
      const { payload, header } = envelopeOf(reply);
      expect(header.status.succeeded).toBe(true);
      expect("pagination" in header).toBe(generation !== "v1.1");
      const path = `${face.root}/files/${name}`;
      expect(payload.data).toEqual([
        {
          allowedProcessTypes: ["READ", "UPDATE"],
          id: 1,
          directoryName: path,
          previewFileName: null,
          fileList: [],
          filePreview: [],
        },
      ]);
      const [link] = payload.linkCollection.linksPerDataItem;
      expect(link?.href).toBe("/gobii-dev//gobii/v1/files/loader/1");
      expect(await readdir(path)).toEqual([]);
    },
  );

  it("takes a directory that is there already", async () => {
    await put("twice");
    expect((await put("twice")).status).toBe(200);
  });

  it.each(["..%2F..%2Fetc", "%2e%2e", ".hidden", "a%2Fb", "a%00b", "caf%C3%A9", "x".repeat(201)])(
    "refuses the name %s in the contract's form",
    async (name) => {
      const reply = await put(name);
      expect(reply.status).toBe(500);
      expect(messagesOf(reply)).toEqual([
        `The directory name contains characters that are not allowed: ${decodeURIComponent(name)}`,
      ]);
      expect(envelopeOf(reply).payload.data).toEqual([]);
    },
  );

  it("refuses a directory that a link leads out of the data roots", async () => {
    await mkdir(join(face.root, "files"), { recursive: true });
    await symlink(tmpdir(), join(face.root, "files", "way-out"));
    for (const reply of [await put("way-out"), await preview("way-out")]) {
      expect(messagesOf(reply)).toEqual([
        `The directory lies outside the data roots: ${face.root}/files/way-out`,
      ]);
    }
  });
});

async function filled(name: string, files: Record<string, string | Buffer>): Promise<void> {
  const path = join(face.root, "files", name);
  await mkdir(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
}

describe("GET files/loader/{directory}?fileFormat=", () => {
  it("names the files of that ending and shows the beginning of the first", async () => {
    await filled("some", {
      "b.txt": "second",
      "a.txt": "name\tref\talt\nm1\tA\tC\r\nm2\tG\t\t\n",
      "c.csv": "x,y",
    });
    const reply = await preview("some");
    expect(reply.status).toBe(201);
    expect(envelopeOf(reply).payload.data).toEqual([
      {
        allowedProcessTypes: ["READ", "UPDATE"],
        id: 1,
        directoryName: `${face.root}/files/some`,
        previewFileName: null,
        fileList: ["a.txt", "b.txt"],
        filePreview: [
          ["name", "ref", "alt"],
          ["m1", "A", "C"],
          ["m2", "G"],
        ],
      },
    ]);
    const [csv] = envelopeOf(await preview("some", "?fileFormat=csv")).payload.data;
    expect(csv?.["filePreview"]).toEqual([["x", "y"]]);
  });

  it("shows at most 50 rows of 50 cells, also of files that are wide and long", async () => {
    const row = Array.from({ length: 20_000 }, (_, i) => `cell${i}`).join("\t");
    await filled("wide", { "a.txt": `${row}\n`.repeat(120) });
    const [item] = envelopeOf(await preview("wide")).payload.data;
    const cells = item?.["filePreview"] as string[][];
    expect(cells.length).toBeGreaterThan(10);
    expect(cells.length).toBeLessThanOrEqual(50);
    expect(new Set(cells.map((line) => line.length))).toEqual(new Set([50]));
  });

  it("reads Latin-1 where the bytes are no UTF-8", async () => {
    await filled("latin", { "a.txt": Buffer.from("café\tx", "latin1") });
    const [item] = envelopeOf(await preview("latin")).payload.data;
    expect(item?.["filePreview"]).toEqual([["café", "x"]]);
  });

  it("says what is not there", async () => {
    await filled("empty", {});
    await filled("other", { "a.csv": "x" });
    const said = async (name: string, query?: string) => messagesOf(await preview(name, query));
    expect(await said("never")).toEqual([
      `The specified directory does not exist: ${face.root}/files/never`,
    ]);
    expect(await said("empty")).toEqual(["There are no files in this directory:empty"]);
    expect(await said("other")).toEqual([
      "There are no files of the specified format in the directory:other",
    ]);
    expect(await said("other", "?fileFormat=exe")).toEqual(["File Format not supported: exe"]);
    expect((await preview("other", "")).status).toBe(400);
  });

  it("does not show a file that is a link", async () => {
    await filled("links", { "b.txt": "mine" });
    await symlink("/etc/passwd", join(face.root, "files", "links", "a.txt"));
    const [item] = envelopeOf(await preview("links")).payload.data;
    expect(item).toMatchObject({ fileList: ["b.txt"], filePreview: [["mine"]] });
  });
});
