import { chmod, mkdir, readdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppError } from "../contract/errors.ts";
import {
  fenceOff,
  openStaging,
  removeStaging,
  type DirectoryNotes,
  type Publisher,
  type Staging,
} from "./staging.ts";
import { temporaryDirectory } from "../digester/testing/fakes.ts";

const noNotes = { add: async () => undefined, remove: async () => undefined };
const noPublish = { finishPublish: async () => undefined };
const isRoot = process.getuid?.() === 0;
const skipNote = isRoot ? " (skipped: root may write in every directory)" : "";

/** What an attempt does once it has its job. */
async function begin(
  attempt: Pick<Staging, "job" | "attempt" | "destination">,
  roots: readonly string[],
  publisher: Pick<Publisher, "finishPublish">,
  notes: DirectoryNotes = noNotes,
): Promise<Staging> {
  const staging = await openStaging(attempt, roots);
  await fenceOff(staging, publisher, notes);
  return staging;
}

async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "nothing thrown";
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : "another error";
  }
}

describe("staging", () => {
  it("stands beside the destination and goes with the directories that were made for it", async () => {
    const root = await temporaryDirectory();
    const destination = join(root, "a", "b", "out");
    const staging = await begin({ job: 12, attempt: 3, destination }, [], noPublish);
    expect(dirname(staging.path)).toBe(join(root, "a", "b"));
    expect(staging.path).toMatch(/\/\.digester-12-3-[0-9a-f]+$/);
    await writeFile(join(staging.path, "digest.marker"), "name\n");
    await removeStaging(staging);
    expect(await readdir(root)).toEqual([]);
  });

  it("leaves alone what others have put beside it", async () => {
    const root = await temporaryDirectory();
    const destination = join(root, "a", "out");
    const staging = await begin({ job: 12, attempt: 1, destination }, [], noPublish);
    await writeFile(join(root, "a", "notes.txt"), "mine");
    await removeStaging(staging);
    expect(await readdir(join(root, "a"))).toEqual(["notes.txt"]);
  });

  it("stands in the destination where the directory above lies outside the data roots", async () => {
    const root = await temporaryDirectory();
    const staging = await begin({ job: 1, attempt: 1, destination: root }, [root], noPublish);
    expect(dirname(staging.path)).toBe(root);
    await removeStaging(staging);
    expect(await readdir(root)).toEqual([]);
  });

  it.skipIf(isRoot)(
    `stands in the destination where the directory above is read-only${skipNote}`,
    async () => {
      const root = await temporaryDirectory();
      const destination = join(root, "out");
      await mkdir(destination);
      await chmod(root, 0o555);
      const staging = await begin({ job: 1, attempt: 1, destination }, [], noPublish);
      await chmod(root, 0o755);
      expect(dirname(staging.path)).toBe(destination);
    },
  );

  it("stands where the files will be, not where a symbolic link to it is", async () => {
    const root = await temporaryDirectory();
    await mkdir(join(root, "scratch", "out"), { recursive: true });
    await symlink(join(root, "scratch", "out"), join(root, "link"));
    const staging = await begin(
      { job: 1, attempt: 1, destination: join(root, "link") },
      [],
      noPublish,
    );
    expect(staging.destination).toBe(join(root, "scratch", "out"));
    expect(dirname(staging.path)).toBe(join(root, "scratch"));
  });

  it("says in words why a destination cannot be written", async () => {
    const root = await temporaryDirectory();
    await writeFile(join(root, "file"), "");
    const destination = join(root, "file", "out");
    const opening = begin({ job: 1, attempt: 1, destination }, [], noPublish);
    await expect(opening).rejects.toThrow("a file stands where a directory is needed");
  });
});

describe("the fence of the output", () => {
  it("lets a publisher that wakes up too late move nothing", async () => {
    const root = await temporaryDirectory();
    const destination = join(root, "out");
    const old = await begin({ job: 12, attempt: 1, destination }, [], noPublish);
    await writeFile(join(old.path, "digest.marker"), "old\n");
    // The old attempt has its permission and is stopped right here; the next attempt begins and ends.
    const next = await begin({ job: 12, attempt: 2, destination }, [], noPublish);
    await writeFile(join(next.path, "digest.marker"), "new\n");
    await rename(next.path, destination);
    // The old one wakes up, and publishes by whichever way there is.
    const late = rename(join(old.path, "digest.marker"), join(destination, "digest.marker"));
    await expect(late).rejects.toMatchObject({ code: "ENOENT" });
    await expect(rename(old.path, destination)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readFile(join(destination, "digest.marker"), "utf8")).toBe("new\n");
    expect(await readdir(root)).toEqual(["out"]);
  });

  it("finishes a publish that was cut short before the next attempt does anything", async () => {
    const root = await temporaryDirectory();
    const destination = join(root, "out");
    const old = await begin({ job: 12, attempt: 1, destination }, [], noPublish);
    await writeFile(join(old.path, "digest.dnarun"), "rest\n");
    const finished: string[][] = [];
    await begin({ job: 12, attempt: 2, destination }, [], {
      finishPublish: async (aside) => {
        expect(aside).not.toBe(old.path);
        finished.push(await readdir(aside));
      },
    });
    expect(finished).toEqual([["digest.dnarun"]]);
    expect(await readdir(root)).toEqual([expect.stringMatching(/^\.digester-12-2-/)]);
  });

  it.each([
    ["goes", false, []],
    ["is cut short", true, [expect.stringMatching(/^\.digester-12-2-/)]],
  ])("notes what it moves aside until it is gone: it %s", async (_how, isCut, left) => {
    const root = await temporaryDirectory();
    const destination = join(root, "out");
    const old = await begin({ job: 12, attempt: 1, destination }, [], noPublish);
    const noted = new Set<string>();
    const finishPublish = async (aside: string) => {
      expect([...noted]).toEqual([aside]);
      if (isCut) throw new Error("killed");
    };
    const next = begin(
      { job: 12, attempt: 2, destination },
      [],
      { finishPublish },
      {
        add: async (path) => {
          expect(await readdir(old.path)).toEqual([]);
          noted.add(path);
        },
        remove: async (path) => void noted.delete(path),
      },
    );
    await next.catch(() => undefined);
    expect([...noted].map((path) => basename(path))).toEqual(left);
  });

  it("turns away an attempt that is older than one it finds", async () => {
    const destination = join(await temporaryDirectory(), "out");
    await begin({ job: 12, attempt: 5, destination }, [], noPublish);
    const late = begin({ job: 12, attempt: 4, destination }, [], noPublish);
    expect(await codeOf(late)).toBe("stale_attempt");
  });

  it("leaves other jobs alone, and jobs of the same number that write elsewhere", async () => {
    const root = await temporaryDirectory();
    const other = await begin(
      { job: 13, attempt: 1, destination: join(root, "out") },
      [],
      noPublish,
    );
    const elsewhere = await begin(
      { job: 12, attempt: 1, destination: join(root, "out-2") },
      [],
      noPublish,
    );
    await begin({ job: 12, attempt: 2, destination: join(root, "out") }, [], noPublish);
    expect(await readdir(other.path)).toEqual([]);
    expect(await readdir(elsewhere.path)).toEqual([]);
  });

  it("reaches staging directories that stand in the destination", async () => {
    const root = await temporaryDirectory();
    const old = await begin({ job: 12, attempt: 1, destination: root }, [root], noPublish);
    await begin({ job: 12, attempt: 2, destination: root }, [root], noPublish);
    await expect(readdir(old.path)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
