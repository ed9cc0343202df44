import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { InputFile, OutputFile } from "../../contract/remote-files.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import {
  markerInstruction,
  runningWeb,
  temporaryDir,
  type TestWeb,
} from "../testing/running-web.ts";

const sha256 = (bytes: string | Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** A digester that only calls back. */
async function attached(web: TestWeb, id = "far") {
  const self = { url: "asks://far", token: "t", id, boot: "1" };
  const { body } = await web.ask("POST", "/api/v1/digesters", self);
  const send = async (
    method: string,
    path: string,
    more: { headers?: Record<string, string>; body?: string } = {},
    at = web,
  ) => {
    const response = await fetch(`${at.url}/api/callback/job/${path}`, {
      ...more,
      method,
      headers: { authorization: `Bearer ${body.callback.token}`, ...more.headers },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
  const json = { "content-type": "application/json" };
  return {
    send,
    claim: (job: number, attempt = 1) => {
      const patch = { digester: id, attempt, callback: 1, status: "in_progress" };
      return send("PATCH", String(job), { headers: json, body: JSON.stringify(patch) });
    },
    settle: (job: number, status: string, attempt = 1) => {
      const patch = { digester: id, attempt, callback: 9, status };
      return send("PATCH", String(job), { headers: json, body: JSON.stringify(patch) });
    },
    inputs: async (job: number, attempt = 1): Promise<InputFile[]> =>
      JSON.parse((await send("GET", `${job}/inputs?attempt=${attempt}`)).text).files,
    range: (job: number, path: string, tag: string, range: string, attempt = 1) => {
      const query = new URLSearchParams({ attempt: String(attempt), path, tag });
      return send("GET", `${job}/input?${query.toString()}`, { headers: { range } });
    },
    put: (
      job: number,
      name: string,
      offset: number,
      bytes: string,
      given: { attempt?: number; at?: TestWeb; sum?: string } = {},
    ) =>
      send(
        "PUT",
        `${job}/output/${name}?attempt=${given.attempt ?? 1}&offset=${offset}`,
        { body: bytes, headers: { "x-sha256": given.sum ?? sha256(bytes) } },
        given.at,
      ),
    publish: (job: number, files: OutputFile[], attempt = 1, at = web) =>
      send(
        "POST",
        `${job}/output?attempt=${attempt}`,
        { headers: json, body: JSON.stringify({ files }) },
        at,
      ),
  };
}

async function submitted(web: TestWeb, key = "k"): Promise<number> {
  const source = join(web.dataDir, "files", key);
  await mkdir(source, { recursive: true });
  await writeFile(join(source, "a.txt"), "name\nM1\n");
  await writeFile(join(source, "digest.old"), "not read");
  const instructions = markerInstruction(web.dataDir, key);
  const { body } = await web.ask("POST", "/api/v1/instructions", { key, instructions });
  return body.job.id;
}

const output = (name: string, text: string): OutputFile => ({
  name,
  size: text.length,
  sha256: sha256(text),
});

describe("the files that an instruction reads", () => {
  it("are listed and read in ranges, by the digester that has the attempt only", async () => {
    const web = await runningWeb();
    const far = await attached(web);
    const other = await attached(web, "other");
    const job = await submitted(web);
    expect((await far.send("GET", `${job}/inputs?attempt=1`)).status).toBe(409);
    await far.claim(job);
    const [file, ...more] = await far.inputs(job);
    expect(file).toMatchObject({ path: join(web.dataDir, "files", "k", "a.txt"), size: 8 });
    expect(more).toEqual([]);
    const { path = "", tag = "" } = file ?? {};
    const got = await far.range(job, path, tag, "bytes=5-6");
    expect(got).toMatchObject({ status: 206, text: "M1" });
    expect(got.headers.get("x-sha256")).toBe(sha256("M1"));
    expect((await far.range(job, path, tag, "bytes=5-100")).text).toBe("M1\n");
    expect((await far.range(job, path, tag, "bytes=6-5")).status).toBe(400);
    expect((await other.range(job, path, tag, "bytes=0-1")).status).toBe(409);
    expect((await far.range(job, path, tag, "bytes=0-1", 2)).status).toBe(409);
    await writeFile(path, "name\nM1\nM2\n");
    expect(await far.range(job, path, tag, "bytes=0-1")).toMatchObject({
      status: 409,
      text: expect.stringContaining("has changed"),
    });
  });

  it("are all that may be read, wherever a path or a link leads", async () => {
    const web = await runningWeb();
    const far = await attached(web);
    const job = await submitted(web);
    const source = join(web.dataDir, "files", "k");
    await writeFile(join(web.dataDir, "files", "secret.txt"), "secret");
    await symlink("/etc/passwd", join(source, "passwd"));
    await symlink(join(web.dataDir, ".digester-web", "token"), join(source, "token"));
    await far.claim(job);
    expect((await far.inputs(job)).map(({ path }) => path)).toEqual([join(source, "a.txt")]);
    for (const path of [
      join(web.dataDir, "files", "secret.txt"),
      `${source}/../secret.txt`,
      `${source}/./a.txt`,
      join(source, "passwd"),
      join(source, "token"),
      join(source, "digest.old"),
      "/etc/passwd",
      "a.txt",
      `${source}/a.txt\0`,
    ]) {
      const { status, text } = await far.range(job, path, "", "bytes=0-1");
      expect([path, [400, 403].includes(status)]).toEqual([path, true]);
      expect(text).not.toContain("root:");
    }
  });
});

it("lists and gives the files that are read beside a source, and no others", async () => {
  const web = await runningWeb();
  const far = await attached(web);
  const source = join(web.dataDir, "files", "plink");
  await mkdir(source, { recursive: true });
  const names = ["a.bed.gz", "a.bim.gz", "a.fam", "a.nosex", "b.fam"];
  for (const name of names) await writeFile(join(source, name), name);
  const [table] = markerInstruction(web.dataDir);
  const gobiiFile = {
    ...table?.gobiiFile,
    source: join(source, "a.bed.gz"),
    sourceFormat: "PLINK_BED",
  };
  const body = { key: "plink", instructions: [{ ...table, gobiiFile }] };
  const { body: made } = await web.ask("POST", "/api/v1/instructions", body);
  await far.claim(made.job.id);
  const inputs = await far.inputs(made.job.id);
  expect(inputs.map(({ path }) => path.slice(source.length + 1)).toSorted()).toEqual(
    names.slice(0, 3),
  );
  for (const name of names) {
    const path = join(source, name);
    const tag = inputs.find((input) => input.path === path)?.tag ?? "x";
    const { status } = await far.range(made.job.id, path, tag, "bytes=0-1");
    expect([name, status]).toEqual([name, names.indexOf(name) < 3 ? 206 : 403]);
  }
});

describe("the files that a digester returns", () => {
  it("are gathered chunk by chunk, checked, and moved as a whole", async () => {
    const web = await runningWeb();
    const far = await attached(web);
    const job = await submitted(web);
    await far.claim(job);
    const kept = async (...given: Parameters<typeof far.put>) =>
      JSON.parse((await far.put(...given)).text);
    expect(await kept(job, "digest.marker", 0, "name\n")).toEqual({ size: 5, isFull: false });
    // A chunk whose answer was lost, and one that comes too early: the file tells where to go on.
    expect(await kept(job, "digest.marker", 0, "name\n")).toEqual({ size: 5, isFull: false });
    expect(await kept(job, "digest.marker", 9, "M2\n")).toEqual({ size: 5, isFull: false });
    expect((await far.put(job, "digest.marker", 5, "M1\n", { sum: sha256("M2\n") })).status).toBe(
      503,
    );
    await kept(job, "digest.marker", 5, "M1\n");
    await kept(job, "empty", 0, "");
    const destination = join(web.dataDir, "digest", "k");
    const whole = [output("digest.marker", "name\nM1\n"), output("empty", "")];
    for (const wrong of [
      [output("digest.marker", "name\nM1\n")],
      [output("digest.marker", "name\nM2\n"), output("empty", "")],
      [output("digest.marker", "name\n"), output("empty", "")],
    ]) {
      expect((await far.publish(job, wrong)).status).toBe(400);
    }
    await expect(readdir(destination)).rejects.toThrow("ENOENT");
    expect((await far.publish(job, whole)).status).toBe(200);
    expect((await far.publish(job, whole)).status).toBe(200);
    expect(await readFile(join(destination, "digest.marker"), "utf8")).toBe("name\nM1\n");
    await far.settle(job, "completed");
    await expect.poll(() => readdir(join(destination, ".."))).toEqual(["k"]);
    expect((await readdir(destination)).toSorted()).toEqual(["digest.marker", "empty"]);
  });

  it("have plain names", async () => {
    const web = await runningWeb();
    const far = await attached(web);
    const job = await submitted(web);
    await far.claim(job);
    for (const name of [".publish.json", "..%2Fx", "a%2Fb", "a%00", "-x"]) {
      const { status } = await far.put(job, name, 0, "x");
      expect([name, [400, 404].includes(status)]).toEqual([name, true]);
    }
  });

  it("of a stale attempt are refused, and never published", async () => {
    const web = await runningWeb();
    const far = await attached(web);
    const near = await attached(web, "near");
    const job = await submitted(web);
    await far.claim(job);
    await far.put(job, "digest.marker", 0, "old\n");
    const patch = { digester: "far", attempt: 1, callback: 2, status: "submitted" };
    await far.send("PATCH", String(job), {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(patch),
    });
    await near.claim(job, 2);
    expect((await far.put(job, "digest.marker", 4, "more\n")).status).toBe(409);
    expect((await far.publish(job, [output("digest.marker", "old\n")])).status).toBe(409);
    await near.put(job, "digest.marker", 0, "new\n", { attempt: 2 });
    expect((await near.publish(job, [output("digest.marker", "new\n")], 2)).status).toBe(200);
    expect((await far.publish(job, [output("digest.marker", "old\n")])).status).toBe(409);
    const destination = join(web.dataDir, "digest", "k");
    expect(await readFile(join(destination, "digest.marker"), "utf8")).toBe("new\n");
    await near.settle(job, "completed", 2);
    await expect.poll(() => readdir(join(destination, ".."))).toEqual(["k"]);
  });

  it("are gone on with after a restart, and cleared up when the attempt is over", async () => {
    const dataDir = await temporaryDir();
    const store = createMemoryStore();
    const kept = { ...store, close: async () => undefined };
    const options = { dataDir, openStore: async () => kept };
    const first = await runningWeb(options);
    const far = await attached(first);
    const job = await submitted(first);
    const lost = await submitted(first, "lost");
    for (const id of [job, lost]) {
      await far.claim(id);
      await far.put(id, "digest.marker", 0, "name\n");
    }
    const third = await submitted(first, "third");
    await far.claim(third);
    await far.put(third, "digest.marker", 0, "x");
    await first.close();
    // Killed after it had noted the directory, and before it made it.
    for (const name of await readdir(join(dataDir, "digest"))) {
      if (name.startsWith(`.digester-${third}-`)) {
        await rm(join(dataDir, "digest", name), { recursive: true });
      }
    }
    const again = await runningWeb(options);
    expect(JSON.parse((await far.put(third, "digest.marker", 0, "y", { at: again })).text)).toEqual(
      {
        size: 1,
        isFull: false,
      },
    );
    const put = await far.put(job, "digest.marker", 5, "M1\n", { at: again });
    expect(JSON.parse(put.text)).toEqual({ size: 8, isFull: false });
    const whole = [output("digest.marker", "name\nM1\n")];
    expect((await far.publish(job, whole, 1, again)).status).toBe(200);
    await again.ask("POST", "/api/v1/jobs/lost/cancel", {});
    const patch = { digester: "far", attempt: 1, callback: 9, status: "aborted" };
    await far.send(
      "PATCH",
      String(lost),
      { headers: { "content-type": "application/json" }, body: JSON.stringify(patch) },
      again,
    );
    await expect
      .poll(async () => (await readdir(join(dataDir, "digest"))).map((name) => name.slice(0, 12)))
      .toEqual([`.digester-${third}-`, "k"]);
  });
});
