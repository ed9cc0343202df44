import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runningWeb, type TestWeb } from "../testing/running-web.ts";

async function upload(web: TestWeb, query: string, name: string, text: string) {
  const form = new FormData();
  form.set("file", new Blob([text]), name);
  const response = await fetch(`${web.url}/api/v1/files?${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${web.token}` },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

describe("data files", () => {
  it("are taken into a folder of the crop, side by side, under the names they have", async () => {
    const web = await runningWeb();
    const first = await upload(web, "folder=mine_1", "My data (2026).hmp.txt", "rs#\talleles\n");
    const path = join(web.dataDir, "files", "mine_1", "My data (2026).hmp.txt");
    expect(first).toEqual({ status: 201, body: { path } });
    expect(await readFile(path, "utf8")).toBe("rs#\talleles\n");
    await upload(web, "folder=mine_1", "ÄÖ.fam", "x");
    expect((await readdir(join(web.dataDir, "files", "mine_1"))).toSorted()).toEqual([
      "My data (2026).hmp.txt",
      "ÄÖ.fam",
    ]);
  });

  it.each([
    ["folder=..%2Fout", "a.txt", "x", 400, /not allowed/],
    ["folder=mine", "../../etc/passwd", "x", 400, /not allowed/],
    ["folder=mine", "a.txt", "", 400, /empty/],
    ["folder=mine&crop=none", "a.txt", "x", 400, /There is no crop/],
    ["", "a.txt", "x", 400, /folder/],
  ])("are refused: %s %s", async (query, name, text, status, words) => {
    const web = await runningWeb();
    const answer = await upload(web, query, name, text);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toMatch(words);
    expect(await readdir(join(web.dataDir, "files")).catch(() => [])).toEqual([]);
  });

  it("are listed, directories first, without what is hidden, the store's own or outside", async () => {
    const web = await runningWeb();
    const files = join(web.dataDir, "files");
    await mkdir(join(files, "wheat"), { recursive: true });
    await writeFile(join(files, "chr10.vcf"), "12345");
    await writeFile(join(files, "chr9.vcf"), "1");
    await writeFile(join(files, ".hidden"), "1");
    await symlink("/etc", join(files, "etc"));
    const list = async (query: string) => web.ask("GET", `/api/v1/files${query}`);

    const { body } = await list("");
    expect(body).toMatchObject({
      path: files,
      parent: web.dataDir,
      roots: [web.dataDir],
      entries: [
        { name: "wheat", kind: "directory", bytes: null },
        { name: "chr9.vcf", kind: "file", bytes: 1 },
        { name: "chr10.vcf", kind: "file", bytes: 5, path: join(files, "chr10.vcf") },
      ],
    });
    const root = await list(`?path=${encodeURIComponent(web.dataDir)}`);
    expect(root.body).toMatchObject({ parent: null, entries: [{ name: "files" }] });
    const relative = (await list("?path=files")).body.error.message;
    expect(relative).toBe("The path is a relative one: files");
    expect((await list("?path=/etc")).body.error.message).toContain("lies outside the data roots");
    const missing = await list(`?path=${encodeURIComponent(join(files, "absent"))}`);
    expect(missing.status).toBe(404);
    expect(missing.body.error.hint).toContain("type the path");
  });

  it("are listed in order where there are more than are listed", async () => {
    const web = await runningWeb();
    const files = join(web.dataDir, "files");
    await mkdir(join(files, "zea"), { recursive: true });
    for (let k = 2100; k > 0; k--) await writeFile(join(files, `plate${k}.csv`), "1");
    const { body } = await web.ask("GET", "/api/v1/files");
    expect(body.total).toBe(2101);
    const names = body.entries.map(({ name }: { name: string }) => name);
    expect(names).toHaveLength(2000);
    expect([...names.slice(0, 3), names.at(-1)]).toEqual([
      "zea",
      "plate1.csv",
      "plate2.csv",
      "plate1999.csv",
    ]);
  });
});
