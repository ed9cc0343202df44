import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, expect, it, vi } from "vitest";
import { SavedTemplate } from "../contract/saved-template.ts";
import { templateContent } from "../web/store/store-fixtures.ts";
import { runningWeb } from "../web/testing/running-web.ts";
import { describeFailure, exitCodeOf } from "./exit.ts";
import { addTemplatesCommand } from "./templates.ts";

afterEach(() => void vi.restoreAllMocks());

/** Runs a command line; what it printed and how it ended. */
async function run(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  let [out, err] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
  const program = new Command().exitOverride();
  addTemplatesCommand(program);
  try {
    await program.parseAsync(["templates", ...args], { from: "user" });
  } catch (thrown) {
    return { out, err: err + (describeFailure(thrown) ?? ""), exitCode: exitCodeOf(thrown) };
  } finally {
    vi.restoreAllMocks();
  }
  return { out, err, exitCode: 0 };
}

it("templates go from one web service to another, and take nobody's place unless told so", async () => {
  const [first, second] = [await runningWeb(), await runningWeb()];
  const at = (web: typeof first) => ["--web", web.url, "--token", web.token];
  const file = join(first.dataDir, "panels.json");
  await writeFile(file, JSON.stringify(templateContent));
  const name = "Panels / 2026";
  expect((await run("list", ...at(first))).err).toBe("No template is kept.\n");
  expect((await run("put", name, file, ...at(first))).err).toBe(`“${name}” is saved.\n`);
  const again = await run("put", name, file, ...at(first));
  expect([again.exitCode, again.err]).toEqual([1, expect.stringContaining("saved by ")]);

  const got = await run("get", name, ...at(first));
  const template = SavedTemplate.parse(JSON.parse(got.out));
  expect(template).toMatchObject(templateContent);
  await writeFile(file, got.out);
  for (const web of [first, second]) {
    expect((await run("put", name, file, "--replace", ...at(web))).exitCode).toBe(0);
  }
  const old = await run("put", name, file, "--replace", template.version, ...at(first));
  expect([old.exitCode, old.err]).toEqual([1, expect.stringContaining("changed meanwhile")]);
  const { out } = await run("list", ...at(second));
  expect(out).toMatch(/^NAME +FORMAT +SAVED BY +SAVED AT\nPanels \/ 2026 +IUPAC_MATRIX +\S+ +20/);

  expect((await run("delete", name, ...at(second))).err).toBe(`“${name}” is deleted.\n`);
  expect((await run("delete", name, ...at(second))).exitCode).toBe(1);
  expect(JSON.parse((await run("list", "--json", ...at(second))).out)).toEqual([]);
});

it("a file that is no template is refused by what is wrong with it", async () => {
  const web = await runningWeb();
  const at = ["--web", web.url, "--token", web.token];
  const file = join(web.dataDir, "wrong.json");
  await writeFile(file, JSON.stringify({ ...templateContent, plan: { parts: null } }));
  const { err, exitCode } = await run("put", "x", file, ...at);
  expect([exitCode, err]).toEqual([1, expect.stringContaining(`${file} is not valid: plan.ids`)]);
  const dots = await run("get", "..", ...at);
  expect([dots.exitCode, dots.err]).toEqual([1, expect.stringContaining("other than . and ..")]);
});
