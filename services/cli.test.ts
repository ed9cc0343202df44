import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const cli = fileURLToPath(new URL("cli.ts", import.meta.url));

/** Runs the command from its source, in a process of its own. */
const start = (...args: string[]) =>
  spawn(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `import { runnerImport } from "vite";
       await runnerImport(${JSON.stringify(cli)}, { configFile: false, logLevel: "error" });`,
      cli,
      ...args,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );

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
