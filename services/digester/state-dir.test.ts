import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { digesterId, digesterToken, takeStateDir } from "./state-dir.ts";
import { temporaryDirectory } from "./testing/fakes.ts";

const lockOf = (more: object): string =>
  JSON.stringify({ host: hostname(), pid: process.pid, processStart: null, ...more });

describe("state directory", () => {
  it("belongs to one process at a time", async () => {
    const path = await temporaryDirectory();
    const first = await takeStateDir({ path });
    await expect(takeStateDir({ path }, 0)).rejects.toMatchObject({ code: "unavailable" });
    await first.release();
    const second = await takeStateDir({ path });
    await second.release();
    expect(await readdir(path)).toEqual([]);
  });

  it("that cannot be made is named, with the option that names another", async () => {
    const path = "/proc/digester-state";
    await expect(takeStateDir({ path })).rejects.toMatchObject({
      message: expect.stringContaining(`The state directory ${path} cannot be used`),
      hint: "Name another one with --state.",
    });
  });

  it("is taken over from a process that is gone, or whose number another process has now", async () => {
    for (const dead of [lockOf({ pid: 2 ** 22 + 1 }), lockOf({ processStart: "1" }), "no lock"]) {
      const path = await temporaryDirectory();
      await writeFile(join(path, "lock.json"), dead);
      const state = await takeStateDir({ path });
      expect(await readFile(join(path, "lock.json"), "utf8")).toContain(`"pid":${process.pid}`);
      await state.release();
    }
  });

  it("is waited for while a killed process ends", async () => {
    const path = await temporaryDirectory();
    const held = spawn("sleep", ["60"], { stdio: "ignore" });
    await once(held, "spawn");
    await writeFile(join(path, "lock.json"), lockOf({ pid: held.pid }));
    setTimeout(() => held.kill("SIGKILL"), 300);
    const state = await takeStateDir({ path });
    expect(held.signalCode).toBe("SIGKILL");
    await state.release();
  });

  it.runIf(process.platform === "linux")(
    "is taken over from a process that has ended, though nobody has taken notice of its end",
    async () => {
      const path = await temporaryDirectory();
      // The shell becomes a sleep, which never asks how its child ended.
      const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"]);
      onTestFinished(() => void parent.kill());
      const [said]: unknown[] = await once(parent.stdout, "data");
      const pid = Number(String(said));
      await vi.waitFor(async () => {
        expect(await readFile(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
        expect(await readFile(`/proc/${pid}/stat`, "utf8")).toContain(") Z ");
      });
      await writeFile(join(path, "lock.json"), lockOf({ pid }));
      await (await takeStateDir({ path }, 0)).release();
    },
  );

  it("is left to a process of another machine, which cannot be seen from here", async () => {
    const path = await temporaryDirectory();
    await writeFile(join(path, "lock.json"), lockOf({ host: "elsewhere", pid: 2 ** 22 + 1 }));
    await expect(takeStateDir({ path }, 0)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("goes to one of many who ask for a dead one's at once", async () => {
    const path = await temporaryDirectory();
    await writeFile(join(path, "lock.json"), lockOf({ pid: 2 ** 22 + 1 }));
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, () => takeStateDir({ path }, 0)),
    );
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const names = await readdir(path);
    expect(names.filter((name) => name !== "lock.json")).toEqual([]);
  });

  it("keeps id and token, the token for its owner only", async () => {
    const path = await temporaryDirectory();
    const state = await takeStateDir({ path });
    const [id, token] = [await digesterId(state), await digesterToken(state)];
    expect(id).toMatch(/^.+-[0-9a-f]{6}$/);
    expect(token.length).toBeGreaterThanOrEqual(43);
    expect(await digesterId(state)).toBe(id);
    expect((await readFile(join(path, "token"), "utf8")).trim()).toBe(token);
    expect((await stat(join(path, "token"))).mode & 0o777).toBe(0o600);
    await state.release();
  });
});
