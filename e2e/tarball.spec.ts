import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

test("the tarball digests where there is Node and nothing else", async () => {
  test.setTimeout(180_000);
  const place = await mkdtemp(join(tmpdir(), "digester-tarball-"));
  try {
    const file = join(place, "digester.tar.gz");
    await run(process.execPath, ["scripts/tarball.mjs", file], { cwd: root });
    await run("tar", ["-xzf", file, "-C", place]);
    await rm(file);
    const [name = ""] = await readdir(place);
    expect(name).toMatch(/^digester-\d+\.\d+\.\d+$/);
    const own = join(place, name);
    // No other module can be found from there, whatever this process finds.
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: place };
    const services = (...args: string[]) =>
      run(join(own, "bin/services"), args, { env, cwd: place });
    expect((await services("--version")).stdout.trim()).toBe(name.replace("digester-", ""));
    const sample = join(own, "resources/samples/vcf");
    const args = ["--root", sample, "--out", join(place, "out"), "--json"];
    const { stdout } = await services("digest", join(sample, "instruction.json"), ...args);
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed" });
    expect(await readdir(join(place, "out"))).toContain("digest.matrix");
    // The whole way as well: web service, digester, its worker processes, callbacks.
    expect((await services("demo")).stdout).toContain("digest.");
    const example = join(own, "resources/configuration.example.json");
    expect((await services("config", "check", example)).stdout).toContain("by slurm");
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});
