import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { instructionFilesIn, watchInstructionFiles, whenSettled } from "./watched-files.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "watched-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = (name: string, content = "[]") => writeFile(join(directory, name), content);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10);
}

describe("instruction files in directories", () => {
  it("are those of that ending, by name, without what lies deeper or is hidden", async () => {
    await mkdir(join(directory, "deep.json"));
    await writeFile(join(directory, "deep.json", "x.json"), "[]");
    for (const name of ["b.json", "a.json", ".c.json", "d.txt", "e.json.part"]) await write(name);
    const names = (await instructionFilesIn([directory])).map((path) => path.split("/").at(-1));
    expect(names).toEqual(["a.json", "b.json"]);
    await expect(instructionFilesIn([join(directory, "none")])).rejects.toThrow(/cannot be read/);
  });
});

describe("a file that is being written", () => {
  it("is waited for until it has not changed for a while", async () => {
    const path = join(directory, "a.json");
    await write("a.json", "");
    let settled = false;
    const waiting = whenSettled(path, 150).then((isThere) => {
      settled = true;
      return isThere;
    });
    for (let i = 0; i < 5; i++) {
      await appendFile(path, "x");
      await sleep(60);
      expect(settled).toBe(false);
    }
    expect(await waiting).toBe(true);
  });

  it("is not waited for when it is old", async () => {
    await write("a.json");
    const hourAgo = Date.now() / 1000 - 3600;
    await utimes(join(directory, "a.json"), hourAgo, hourAgo);
    // A while that would not end within the test's time.
    expect(await whenSettled(join(directory, "a.json"), 60_000)).toBe(true);
  });

  it("is none where it is no file, as a pipe or a socket, of which reading may never end", async () => {
    const path = join(directory, "socket.json");
    const server = createServer().listen(path);
    await once(server, "listening");
    expect(await whenSettled(path, 10)).toBe(false);
    server.close();
  });

  it("may go away meanwhile", async () => {
    await write("a.json");
    const waiting = whenSettled(join(directory, "a.json"), 50);
    await rm(join(directory, "a.json"));
    expect(await waiting).toBe(false);
  });
});

describe.each([
  ["being told", null],
  ["looking", 50],
])("watching by %s", (_, pollMs) => {
  it("names files that lie there, that come, and that change, until the signal", async () => {
    await write("there.json");
    await write("other.txt");
    const ending = new AbortController();
    const seen: string[] = [];
    const watching = watchInstructionFiles(
      [directory],
      { pollMs, signal: ending.signal },
      async (file) => {
        seen.push(file.split("/").at(-1) ?? "");
      },
    );
    await until(() => seen.includes("there.json"));
    await write("new.json");
    await until(() => seen.includes("new.json"));
    const before = seen.length;
    await write("there.json", "[{}]");
    await until(() => seen.slice(before).includes("there.json"));
    expect(seen).not.toContain("other.txt");
    ending.abort();
    await watching;
  });

  it("ends where a directory is taken away", async () => {
    await write("there.json");
    const seen: string[] = [];
    const options = { pollMs, signal: new AbortController().signal };
    const watching = watchInstructionFiles([directory], options, async (file) => {
      seen.push(file);
    });
    const ended = watching.catch((thrown: unknown) => thrown);
    await until(() => seen.length > 0);
    await rm(directory, { recursive: true });
    expect(await ended).toMatchObject({ message: `${directory} is not there any more.` });
  });
});
