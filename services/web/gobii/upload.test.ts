import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { base, envelopeOf, messagesOf, startFace, type Face } from "./test-client.ts";
import { removeHalfUploads } from "./upload.ts";

let face: Face;
let token: string;
beforeAll(async () => {
  face = await startFace({ maxUploadMbytes: 1 });
  token = await face.signIn();
});
afterAll(() => face.close());

const boundary = "AaB03x";

interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly content: string | Buffer;
}

/** A form as Apache's HttpClient writes it. */
function form(parts: readonly Part[]): Buffer {
  const chunks = parts.flatMap(({ name, fileName, content }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    fileName === undefined ? "" : `; filename="${fileName}"`,
    fileName === undefined
      ? "\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit"
      : "\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary",
    "\r\n\r\n",
    content,
    "\r\n",
  ]);
  return Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk)));
}

const field: Part = { name: "field1", content: "yes" };
const file = (content: string | Buffer, fileName = "input.txt"): Part => ({
  name: "file",
  fileName,
  content,
});

const upload = (job: string, parts: readonly Part[], place = "RAW_USER_FILES", query = "") =>
  face.call("POST", `${base}/files/${job}/${place}${query}`, {
    token,
    headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
    body: form(parts),
  });

const filesOf = (job: string): Promise<string[]> =>
  readdir(join(face.root, "files", job)).catch(() => []);
const halves = async (): Promise<string[]> =>
  (await readdir(join(face.root, "files")).catch(() => [])).filter((name) => name.startsWith("."));

describe("POST files/{job}/{place}", () => {
  it("stores the file in the job's directory, and answers nothing but that it did", async () => {
    const reply = await upload("run1", [field, file("m1\tA\n")]);
    expect([reply.status, reply.text, reply.headers["content-type"]]).toEqual([
      200,
      "",
      "text/plain;charset=UTF-8",
    ]);
    expect(await readFile(join(face.root, "files/run1/input.txt"), "utf8")).toBe("m1\tA\n");
    expect(await halves()).toEqual([]);
  });

  it("takes the name from the query where it is given", async () => {
    await upload("run2", [field, file("x", "local.txt")], "RAW_USER_FILES", "?fileName=named.txt");
    expect(await filesOf("run2")).toEqual(["named.txt"]);
  });

  it("stores bytes as they come, in either place", async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256));
    await upload("run3", [file(bytes)], "LOADER_INTERMEDIATE_FILES");
    const path = join(face.root, "loader/digest/run3/input.txt");
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it("replaces a file of the same name", async () => {
    await upload("run4", [file("old")]);
    await upload("run4", [file("new")]);
    expect(await readFile(join(face.root, "files/run4/input.txt"), "utf8")).toBe("new");
  });

  it("shows an empty file's refusal as text, with 406", async () => {
    const reply = await upload("empty", [field, file("")]);
    expect([reply.status, reply.text]).toEqual([
      406,
      "You failed to upload because the file was empty.",
    ]);
    expect(await filesOf("empty")).toEqual([]);
  });

  it.each(["../x", "/etc/x", "a\\b", "..", "a\u0007b", "x".repeat(256)])(
    "refuses the file name %j",
    async (name) => {
      const inQuery = await upload(
        "names",
        [file("x")],
        "RAW_USER_FILES",
        `?fileName=${encodeURIComponent(name)}`,
      );
      const inForm = await upload("names", [file("x", name.replaceAll("\\", "\\\\"))]);
      for (const reply of [inQuery, inForm]) {
        expect(reply.status).toBe(406);
        expect(reply.text).toContain("contains characters that are not allowed");
      }
      expect(await filesOf("names")).toEqual([]);
      expect(await halves()).toEqual([]);
    },
  );

  it.each(["..%2f..", ".ssh", "a%00b", "a%2fb"])("refuses the job name %s", async (job) => {
    const reply = await upload(job, [file("x")]);
    expect(reply.status).toBe(406);
    expect(reply.text).toContain("The job name contains characters that are not allowed");
  });

  it.each(["HDF5_FILES", "raw_user_files", "..%2f..", "__proto__"])(
    "refuses the place %s",
    async (place) => {
      const reply = await upload("places", [file("x")], place);
      expect(reply.status).toBe(406);
      expect(reply.text).toContain("Files of this kind are not taken here");
    },
  );

  it("does not follow a link out of the data roots", async () => {
    const outside = join(tmpdir(), `outside-${process.pid}`);
    await mkdir(outside, { recursive: true });
    await symlink(outside, join(face.root, "files", "linked"));
    const reply = await upload("linked", [file("x")]);
    expect(reply.status).toBe(406);
    expect(reply.text).toContain("lies outside the data roots");
    expect(await readdir(outside)).toEqual([]);
  });

  it("refuses what is larger than configured, in the contract's form, and keeps none of it", async () => {
    const reply = await upload("large", [field, file(Buffer.alloc(1024 * 1024 + 1, 0x61))]);
    expect(reply.status).toBe(413);
    expect(messagesOf(reply)).toEqual(["The file is larger than 1 MB"]);
    expect(envelopeOf(reply).payload.data).toEqual([]);
    const longer = await upload("large", [file(Buffer.alloc(3 * 1024 * 1024, 0x61))]);
    expect(longer.status).toBe(413);
    expect(await filesOf("large")).toEqual([]);
    expect(await halves()).toEqual([]);
  });

  it.each<[string, Record<string, string>, Buffer | string]>([
    ["no form", { "Content-Type": "application/json" }, "{}"],
    ["a form without a boundary", { "Content-Type": "multipart/form-data" }, form([file("x")])],
    [
      "a form without a file",
      { "Content-Type": `multipart/form-data; boundary=${boundary}` },
      form([field]),
    ],
    [
      "a form that breaks off",
      { "Content-Type": `multipart/form-data; boundary=${boundary}` },
      form([field, file("abc".repeat(1000))]).subarray(0, 1500),
    ],
  ])("answers a plain 400 to %s", async (_, headers, body) => {
    const reply = await face.call("POST", `${base}/files/broken/RAW_USER_FILES`, {
      token,
      headers,
      body,
    });
    expect(reply.status).toBe(400);
    expect(reply.text).not.toMatch(/\n +at /);
    expect(await filesOf("broken")).toEqual([]);
    expect(await halves()).toEqual([]);
  });

  it("keeps nothing of an upload whose client goes away", async () => {
    const whole = form([field, file("abc".repeat(1000))]);
    const socket = connect(face.port, "127.0.0.1");
    socket.write(
      `POST ${base}/files/gone/RAW_USER_FILES HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Auth-Token: ${token}\r\n` +
        `Content-Type: multipart/form-data; boundary=${boundary}\r\nContent-Length: ${whole.length}\r\n\r\n`,
    );
    socket.write(whole.subarray(0, 1500));
    await until(async () => (await halves()).length === 1);
    socket.destroy();
    await until(async () => (await halves()).length === 0);
    expect(await filesOf("gone")).toEqual([]);
  });

  it("needs a token before it reads anything", async () => {
    const reply = await face.call("POST", `${base}/files/run1/RAW_USER_FILES`, {
      token: "forged",
      headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
      body: form([file("x")]),
    });
    expect([reply.status, reply.text]).toEqual([401, ""]);
  });

  it("removes at the next start what a killed service had begun", async () => {
    const half = join(face.root, "files", ".upload-left");
    await writeFile(half, "half");
    await removeHalfUploads(face.crop);
    expect(existsSync(half)).toBe(false);
    expect(await filesOf("run1")).toEqual(["input.txt"]);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20);
}
