import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** One file a row, which lint has to refuse: the arrows of the map hold for every way to write an import. */
const refused: readonly (readonly [file: string, text: string])[] = [
  ["services/web/electron-part.ts", 'export * from "electron/main";'],
  ["services/web/engine.ts", 'export const engine = () => import("../digest/digest.ts");'],
  ["services/web/digester.ts", 'export * from "../digester/start.ts";'],
  ["services/digester/web.ts", 'export * from "../web/start.ts";'],
  ["services/digester/electron-part.ts", 'export * from "electron/main";'],
  ["services/cluster/web.ts", 'export * from "../web/start.ts";'],
  ["services/gate/engine.ts", 'export * from "../digest/digest.ts";'],
  ["services/observability/web.ts", 'export * from "../web/start.ts";'],
  ["services/observability/engine.ts", 'export * from "../digest/digest.ts";'],
  ["services/digest/store.ts", 'export * from "lowdb/node";'],
  ["services/digest/names.ts", 'export * from "node:dns/promises";'],
  ["services/digest/datagrams.ts", 'export * from "node:dgram";'],
  ["services/digest/request.ts", 'export const answer = () => fetch("http://localhost");'],
  ["services/digest/bare.ts", 'import http from "http"; export default http;'],
  ["services/contract/files.ts", 'export * from "node:fs/promises";'],
  ["services/contract/bare.ts", 'import files from "fs"; export default files;'],
  ["services/contract/web.ts", 'export * from "../web/start.ts";'],
  ["renderer/src/files.ts", 'export * from "node:fs/promises";'],
  ["renderer/src/bare.ts", 'import paths from "path"; export default paths;'],
  ["renderer/src/electron-part.ts", 'export * from "electron/renderer";'],
  ["renderer/src/web.ts", 'export * from "../../services/web/start.ts";'],
  ["main/engine.ts", 'export * from "../services/digest/digest.ts";'],
  ["main/console.ts", 'export * from "../renderer/src/app.tsx";'],
];

/** What the arrows allow, so that a rule which refuses everything does not pass for one that holds them. */
const allowed: readonly (readonly [file: string, text: string])[] = [
  ["services/web/contract.ts", 'export * from "../contract/job.ts";'],
  ["services/digester/engine.ts", 'export * from "../digest/digest.ts";'],
  ["services/digest/files.ts", 'export * from "node:fs/promises";'],
  ["renderer/src/contract.ts", 'export * from "../../services/contract/job.ts";'],
  ["main/services.ts", 'export * from "../services/web/start.ts";'],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "arrows-"));
  copyFileSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  for (const [file, text] of [...refused, ...allowed]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("lint refuses each import against an arrow, and none along one", () => {
  const lint = join(root, "node_modules", "oxlint", "bin", "oxlint");
  const { stdout, stderr } = spawnSync(process.execPath, [lint, "--format", "unix", "."], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const told = stdout.split("\n").flatMap((line) => /^(?:\.\/)?([^:]+\.ts):/.exec(line)?.[1] ?? []);
  expect([...new Set(told)].toSorted()).toEqual(refused.map(([file]) => file).toSorted());
});
