import { dirname, resolve } from "node:path";
import { toLoad } from "../contract/load.ts";
import type { DryRun } from "../contract/preview.ts";
import { dryRun } from "../digest/dry-run.ts";
import { readInstructionFile } from "./instruction-file.ts";
import { print, say, table } from "./output.ts";
import { sayProblems } from "./say-problems.ts";
import { settingsOf, type SettingsOptions } from "./settings-options.ts";
import { withKnown, type KnownOptions } from "./with-known.ts";

export interface DryRunFileOptions extends KnownOptions, SettingsOptions {
  readonly root?: string;
  readonly crops: readonly string[] | null;
}

/** @throws AppError where the file holds no instruction. */
export function dryRunFile(
  file: string,
  options: DryRunFileOptions,
  lines: number,
): Promise<DryRun> {
  const { root, crops } = options;
  return withKnown(options, (known) =>
    dryRun({
      load: toLoad(readInstructionFile(file)),
      root: resolve(root ?? dirname(file)),
      knownCrops: crops,
      known,
      settings: settingsOf(options),
      lines,
      rows: 5,
      columns: 8,
    }),
  );
}

export function describeDryRun(run: DryRun): void {
  sayProblems(run);
  for (const { table: name, rows, columns, header, grid } of run.tables) {
    print(`${name}: ${rows} rows, ${columns} columns`);
    print(table([...(header === null ? [] : [header]), ...grid.rows]));
    print("");
  }
  const what = run.complete ? "all there is" : `the first ${run.lines} lines`;
  say(`${run.ok ? "This would be a load" : "This would fail"}, by ${what}. Nothing was written.`);
}
