import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { MadeFile } from "../../contract/made-files.ts";
import { completedJob, emptyResult } from "../testing/completed-job.ts";
import { runningWeb, type TestWeb } from "../testing/running-web.ts";

const nowhere = "http://127.0.0.1:9";

/** A job that an attached digester has completed, with these files in its result. */
async function jobWithFiles(
  web: TestWeb,
  { digester = nowhere, more = [] }: { digester?: string; more?: readonly string[] } = {},
) {
  const destination = await completedJob(web, digester, (made) => ({
    ...emptyResult,
    tables: [
      { table: "marker", file: join(made, "digest.marker"), rows: 1, columns: 1 },
      ...more.map((file) => ({ table: "matrix", file, rows: 1, columns: 1 })),
    ],
    outputs: [{ format: "vcf", file: join(made, "matrix.vcf"), bytes: 5 }],
  }));
  await mkdir(destination, { recursive: true });
  return destination;
}

async function download(web: TestWeb, name: string, token = web.token) {
  const response = await fetch(`${web.url}/api/v1/jobs/k/files/${name}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const header = (of: string) => response.headers.get(of);
  return {
    status: response.status,
    as: header("content-disposition"),
    type: header("content-type"),
    length: header("content-length"),
    text: await response.text(),
  };
}

const listed = async (web: TestWeb): Promise<MadeFile[]> =>
  (await web.ask("GET", "/api/v1/jobs/k/files")).body.files;

/** Answers for a digester what is asked of its files, and keeps what that was. */
async function fileServer(sizes: readonly (number | null)[], body: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(`${request.method} ${path}`);
    if (path.startsWith("/file?")) return response.end(body);
    if (path === "/file-sizes") return response.end(JSON.stringify({ sizes }));
    return response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

describe("the files that a job made", () => {
  it("have sizes and are sent as they are", async () => {
    const web = await runningWeb();
    const destination = await jobWithFiles(web);
    await writeFile(join(destination, "digest.marker"), "name\nM1\n");
    const bytes = Buffer.from([0, 255, 10, 13]);
    await writeFile(join(destination, "matrix.vcf"), bytes);
    expect(await listed(web)).toEqual([
      { file: join(destination, "digest.marker"), bytes: 8, problem: null },
      { file: join(destination, "matrix.vcf"), bytes: 4, problem: null },
    ]);
    expect(await download(web, "digest.marker")).toEqual({
      status: 200,
      as: "attachment; filename=k.digest.marker",
      type: "application/octet-stream",
      length: "8",
      text: "name\nM1\n",
    });
    expect(await download(web, "matrix.vcf")).toMatchObject({
      type: "application/octet-stream",
      text: bytes.toString(),
    });
  });

  it("are those of its result alone, within the data roots, for those who may look", async () => {
    const web = await runningWeb();
    const inside = join(web.dataDir, "digest", "k");
    const destination = await jobWithFiles(web, {
      more: [
        "/etc/passwd",
        join(inside, "link"),
        `${inside}/../secret`,
        join(web.dataDir, "digest"),
        join(inside, "folder"),
      ],
    });
    await writeFile(join(web.dataDir, "digest", "secret"), "root: secret");
    await writeFile(join(destination, "other"), "root: other");
    await mkdir(join(destination, "folder"));
    await symlink("/etc/passwd", join(destination, "link"));
    for (const name of ["passwd", "link", "secret", "other", "digest", "folder", "..%2Fsecret"]) {
      const { status, text } = await download(web, name);
      expect([name, [403, 404, 502].includes(status)]).toEqual([name, true]);
      expect(text).not.toContain("root:");
    }
    const found = await listed(web);
    expect(found.map(({ bytes }) => bytes)).toEqual(found.map(() => null));
    expect((await download(web, "digest.marker", "wrong")).status).toBe(401);
  });

  it("come from the digester that made them where they are not to be seen", async () => {
    const digester = await fileServer([7, null], "far\0text");
    const web = await runningWeb();
    const destination = await jobWithFiles(web, { digester: digester.url });
    expect(await listed(web)).toEqual([
      { file: join(destination, "digest.marker"), bytes: 7, problem: null },
      {
        file: join(destination, "matrix.vcf"),
        bytes: null,
        problem: expect.stringContaining("no longer where the job put it"),
      },
    ]);
    expect(await download(web, "digest.marker")).toMatchObject({ status: 200, text: "far\0text" });
    const query = new URLSearchParams({ file: join(destination, "digest.marker") }).toString();
    expect(digester.asked).toContain(`GET /file?${query}`);
  });

  it("that were moved away say so, and why nobody can tell", async () => {
    const web = await runningWeb();
    const destination = await jobWithFiles(web);
    await writeFile(join(destination, "digest.marker"), "name\n");
    await writeFile(join(destination, "matrix.vcf"), "##\n");
    await rename(join(destination, "matrix.vcf"), join(web.dataDir, "taken.vcf"));
    const [marker, vcf] = await listed(web);
    expect(marker).toMatchObject({ bytes: 5, problem: null });
    expect(vcf).toMatchObject({
      bytes: null,
      problem: expect.stringMatching(/no digester could be asked: .* cannot be reached/),
    });
    expect(await download(web, "matrix.vcf")).toMatchObject({
      status: 502,
      text: expect.stringContaining("cannot be reached"),
    });
  });
});
