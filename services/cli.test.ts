import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const cli = fileURLToPath(new URL("cli.ts", import.meta.url));

/** Runs the command from its source. */
const commandLine = (...args: string[]): [string, ...string[]] => [
  process.execPath,
  "--input-type=module",
  // In one argument: commander would take the first one of ours for a command otherwise.
  `--eval=import { runnerImport } from "vite";
   await runnerImport(${JSON.stringify(cli)}, { configFile: false, logLevel: "error" });`,
  cli,
  ...args,
];
const quoted = (argument: string): string => `'${argument.replaceAll("'", "'\\''")}'`;

/** Runs the command in a process of its own. */
const startWith = (env: NodeJS.ProcessEnv, ...args: string[]) => {
  const [node, ...rest] = commandLine(...args);
  return spawn(node, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
};
const start = (...args: string[]) => startWith({}, ...args);

it("prints its help", async () => {
  const command = start("validate", "--help");
  const [out, errors, [code]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, "exit"),
  ]);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(out).toContain("check an instruction");
});

it("ends quietly where nobody reads what it prints", async () => {
  const command = start("validate", "--help");
  command.stdout.destroy();
  const [errors, [code]] = await Promise.all([text(command.stderr), once(command, "exit")]);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
});

it("takes a relative path from where npm run was typed", async () => {
  const typedIn = await mkdtemp(join(tmpdir(), "digester-test-"));
  await writeFile(join(typedIn, "here.json"), "#");
  const npm = { npm_lifecycle_event: "services", INIT_CWD: typedIn };
  const command = startWith(npm, "validate", "here.json");
  expect(await text(command.stdout)).toContain("here.json is not valid JSON");
});

it.skipIf(process.platform === "win32")("ends with the shell that npm starts it in", async () => {
  const data = await mkdtemp(join(tmpdir(), "digester-test-"));
  const npm = { npm_lifecycle_event: "services", INIT_CWD: data };
  const command = commandLine("web", "--port", "0", "--data", data).map(quoted).join(" ");
  const shell = spawn("sh", ["-c", `${command}; true`], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, ...npm },
  });
  await once(shell.stdout, "data");
  // Its stdout is closed when the last process that has it is gone.
  const ended = once(shell.stdout, "close");
  shell.kill();
  await expect(ended).resolves.toBeDefined();
});

it("keeps the web service as quiet as DIGESTER_LOG says", async () => {
  const data = await mkdtemp(join(tmpdir(), "digester-test-"));
  const web = startWith({ DIGESTER_LOG: "warn" }, "web", "--port", "0", "--data", data);
  const errors = text(web.stderr);
  await once(web.stdout, "data");
  web.kill();
  expect(await errors).toBe("");
});
