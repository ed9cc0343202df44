import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { acquireLock } from "./lock.ts";

describe("the lock of a store's folder", () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "lock-"));
    path = join(directory, "lock.json");
  });
  afterEach(() => rm(directory, { recursive: true }));

  const holdBy = (holder: { pid: number; host?: string; born?: string | null }) =>
    writeFile(path, JSON.stringify({ host: hostname(), born: null, token: "other", ...holder }));

  /** Takes the lock and lets go of it, and says who had it and what is left. */
  const taken = async () => {
    const release = await acquireLock(directory);
    const holder: unknown = JSON.parse(await readFile(path, "utf8"));
    await release();
    return { holder, left: await readdir(directory) };
  };
  const byUs = { holder: expect.objectContaining({ pid: process.pid }), left: [] };

  it("is had by one, names who has it, and can be had again", async () => {
    const release = await acquireLock(directory);
    await expect(acquireLock(directory, 0)).rejects.toMatchObject({
      code: "unavailable",
      message: `The store is in use by process ${process.pid} on ${hostname()}, says ${path}.`,
    });
    await release();
    expect(await readdir(directory)).toEqual([]);
    await (
      await acquireLock(directory)
    )();
  });

  it("is had by one of many who come at the same time, also where a dead one left it", async () => {
    await holdBy({ pid: await deadPid() });
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => acquireLock(directory, 0)),
    );
    const got = tries.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
    expect(got).toHaveLength(1);
    await got[0]?.();
    expect(await readdir(directory)).toEqual([]);
  });

  it("is taken from a dead process though another died while it took it", async () => {
    await holdBy({ pid: await deadPid() });
    await copyFile(path, `${path}.takeover`);
    expect(await taken()).toEqual(byUs);
  });

  it("is taken from a process that is dead", async () => {
    await holdBy({ pid: await deadPid() });
    expect(await taken()).toEqual(byUs);
  });

  it.runIf(process.platform === "linux")(
    "is taken from a dead process whose number another has now",
    async () => {
      await holdBy({ pid: process.ppid, born: "an earlier boot/1" });
      expect(await taken()).toEqual(byUs);
    },
  );

  it.runIf(process.platform === "linux")(
    "is taken from a process that has ended, though nobody has taken notice of its end",
    async () => {
      // The shell becomes a sleep, which never asks how its child ended.
      const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"]);
      onTestFinished(() => void parent.kill());
      const [said]: unknown[] = await once(parent.stdout, "data");
      const pid = Number(String(said));
      await vi.waitFor(async () => {
        expect(await readFile(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
        expect(await readFile(`/proc/${pid}/stat`, "utf8")).toContain(") Z ");
      });
      await holdBy({ pid });
      const release = await acquireLock(directory, 0);
      await release();
    },
  );

  it("is waited for while a killed process ends", async () => {
    const held = spawn("sleep", ["60"], { stdio: "ignore" });
    await once(held, "spawn");
    await holdBy({ pid: held.pid ?? 0 });
    setTimeout(() => held.kill("SIGKILL"), 300);
    expect(await taken()).toEqual(byUs);
  });

  it("is left to a living process", async () => {
    await holdBy({ pid: process.ppid });
    await expect(acquireLock(directory, 0)).rejects.toMatchObject({ code: "unavailable" });
    expect(await readFile(path, "utf8")).toContain("other");
  });

  it("is taken from another host only after a minute of silence", async () => {
    await holdBy({ pid: 1, host: "elsewhere" });
    await expect(acquireLock(directory, 0)).rejects.toMatchObject({
      message: expect.stringContaining("process 1 on elsewhere"),
    });
    await utimes(path, longAgo(), longAgo());
    expect(await taken()).toEqual(byUs);
  });

  it("is taken when it is cut short, as by a loss of power", async () => {
    await writeFile(path, "");
    await expect(acquireLock(directory, 0)).rejects.toMatchObject({ code: "unavailable" });
    await utimes(path, longAgo(), longAgo());
    expect(await taken()).toEqual(byUs);
  });

  it("is not removed by one from whom it was taken", async () => {
    const release = await acquireLock(directory);
    await rm(path);
    await holdBy({ pid: process.ppid });
    await release();
    expect(await readFile(path, "utf8")).toContain("other");
  });
});

const longAgo = () => new Date(Date.now() - 120_000);

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}
