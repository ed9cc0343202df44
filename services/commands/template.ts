import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { fileFormats, PreviewRequest } from "../contract/preview.ts";
import { parseOrThrow } from "../contract/errors.ts";
import { fillTemplate, templateParts, type TemplatePart } from "../contract/templates.ts";
import { previewFile } from "../digest/formats/preview.ts";
import { print, say } from "./output.ts";
import { readPositive } from "./read-number.ts";
import { addReadingOptions, settingsOf, type ReadingOptions } from "./settings-options.ts";
import { someOf } from "./some-of.ts";

const IDS = ["project", "platform", "experiment", "mapset", "dataset"] as const;

interface TemplateOptions extends ReadingOptions, Partial<Record<(typeof IDS)[number], number>> {
  readonly format?: string;
  readonly destination?: string;
  readonly crop: string;
  readonly parts?: readonly TemplatePart[];
}

/** `template FILE`: prints the instruction that digests a file. */
export function addTemplateCommand(program: Command): void {
  const command = addReadingOptions(program.command("template"))
    .description("print the instruction that digests a genotype file, by what it is found to be")
    .argument("<file>", "of any size; only its beginning is read")
    .addOption(new Option("--format <name>", "take it for this").choices(fileFormats))
    .option("--destination <dir>", "where the digest files go; FILE.digest unless given")
    .option("--crop <crop>", "the crop", "dev")
    .option(
      "--parts <list>",
      `which tables, of ${templateParts.join(", ")}`,
      someOf(templateParts),
    );
  for (const name of IDS)
    command.option(`--${name} <id>`, `id of the ${name}; 1 unless given`, readPositive);
  command.action(async (file: string, options: TemplateOptions) => {
    const path = resolve(file);
    const { format } = options;
    const settings = settingsOf(options);
    const { detection } = await previewFile(
      parseOrThrow(PreviewRequest, { path, format, settings, rows: 1, columns: 1 }),
    );
    const { project = 1, platform = 1, experiment = 1, mapset = 1, dataset = 1 } = options;
    const instruction = fillTemplate(detection, {
      source: path,
      destination: resolve(options.destination ?? `${file}.digest`),
      crop: options.crop,
      project: { id: project },
      platform: { id: platform },
      experiment: { id: experiment },
      mapset: { id: mapset },
      dataset: { id: dataset },
      ...(options.parts === undefined ? {} : { parts: options.parts }),
    });
    say(`${detection.title}: ${detection.evidence.join(" ")}`);
    for (const warning of detection.warnings) say(`warning: ${warning}`);
    const assumed = IDS.filter((name) => options[name] === undefined);
    if (assumed.length > 0) {
      say(`Taken for 1, since not given: ${assumed.map((name) => `--${name}`).join(" ")}`);
    }
    print(JSON.stringify(instruction, withoutNulls, 2));
  });
}

/** Absent and null are the same to whoever reads an instruction, and a person reads it as well. */
function withoutNulls(_key: string, value: unknown): unknown {
  return value === null ? undefined : value;
}
