import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { fileFormats, PreviewRequest, type Preview } from "../contract/preview.ts";
import { parseOrThrow } from "../contract/errors.ts";
import { previewFile } from "../digest/formats/preview.ts";
import { print, printJson, table } from "./output.ts";
import { readPositive } from "./read-number.ts";
import { addReadingOptions, settingsOf, type ReadingOptions } from "./settings-options.ts";

interface PreviewOptions extends ReadingOptions {
  readonly format?: string;
  readonly rows: number;
  readonly columns: number;
  readonly json?: true;
}

/** `preview FILE`: what a file is, how it begins, how much there is of it. */
export function addPreviewCommand(program: Command): void {
  addReadingOptions(program.command("preview"))
    .description("say what a genotype file is, and show how it begins")
    .argument("<file>", "of any size; only its beginning is read")
    .addOption(new Option("--format <name>", "take it for this").choices(fileFormats))
    .option("--rows <n>", "rows to show, at most 200", readPositive, 8)
    .option("--columns <n>", "columns to show, at most 200", readPositive, 8)
    .option("--json", "print all findings as JSON")
    .action(async (file: string, options: PreviewOptions) => {
      const request = parseOrThrow(PreviewRequest, {
        path: resolve(file),
        format: options.format,
        rows: options.rows,
        columns: options.columns,
        settings: settingsOf(options),
      });
      const preview = await previewFile(request);
      if (options.json === true) printJson(preview);
      else describePreview(preview);
    });
}

function describePreview({ detection, grid, estimate }: Preview): void {
  const { title, confidence, evidence, alternatives, warnings } = detection;
  print(`${title} (${Math.round(100 * confidence)} %)`);
  for (const line of evidence) print(`  ${line}`);
  const findings = [
    ["orientation", detection.orientation],
    ["data set type", detection.dataSetType],
    ["delimiter", detection.delimiter],
    ["encoding", detection.encoding],
    ["compression", detection.compression],
    ["line ends", detection.lineEnds],
  ] as const;
  print(table(findings.map(([name, found]) => [name, found.value ?? "–", found.evidence])));
  if (alternatives.length > 0) {
    const others = alternatives.map(
      (one) => `${one.title} (${Math.round(100 * one.confidence)} %)`,
    );
    print(`or else: ${others.join(", ")}`);
  }
  for (const warning of warnings) print(`warning: ${warning}`);
  print("");
  if (grid.rows.length > 0)
    print(table(grid.rows.map((row) => row.map((cell) => cell.slice(0, 24)))));
  print("");
  print(
    `${estimate.exact ? "" : "about "}${estimate.rows} rows of ${estimate.columns} columns, ` +
      `${estimate.plainBytes} bytes of text, ${estimate.digestBytes} bytes of digest files, ` +
      `about ${estimate.seconds} s. ${estimate.basis}`,
  );
}
