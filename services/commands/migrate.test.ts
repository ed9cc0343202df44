import { access, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { expect, it } from "vitest";
import { addMigrateCommand } from "./migrate.ts";
import { addWebServiceOptions } from "./web-options.ts";

it("does not take a folder without a record for an empty one", async () => {
  const from = join(await mkdtemp(join(tmpdir(), "digester-test-")), "gobbi");
  const program = new Command();
  addMigrateCommand(program);
  await expect(
    program.parseAsync(["migrate", from, `${from}-to`], { from: "user" }),
  ).rejects.toThrow(`There is no record in ${from}.`);
  await expect(access(from)).rejects.toThrow("ENOENT");
  await expect(access(`${from}-to`)).rejects.toThrow("ENOENT");
});

it("does not take the URL of another database for a folder", () => {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  const web = addWebServiceOptions(program.command("web").copyInheritedSettings(program));
  web.action(() => undefined);
  const parse = (url: string) => () => program.parse(["web", "--store", url], { from: "user" });
  expect(parse("postgres://db/digester")).not.toThrow();
  expect(parse("mysql://db/digester")).toThrow("Expected postgres://");
});
