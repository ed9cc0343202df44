import { z } from "zod";
import { AppError } from "./errors.ts";
import type { FileType, PayloadType } from "./gobii-terms.ts";
import { ListInstruction } from "./instruction.ts";
import { sourceFormatOf, type ColumnRole, type Detection } from "./preview.ts";
import { tablesOfPart, type TemplateIds } from "./template-tables.ts";

/**
 * Templates: from what a file was found to be to the loader instruction that digests it. Pure, so that a console can fill
 * one in while a person still looks at the grid.
 */

export const templateParts = ["markers", "samples", "dataset"] as const;
export type TemplatePart = (typeof templateParts)[number];

/** What no file can tell. */
export interface TemplateContext extends TemplateIds {
  /** Absolute path of the file, or of a directory of such files. */
  readonly source: string;
  readonly destination: string;
  readonly crop: string | null;
  /** Which tables; `defaultParts` unless given. */
  readonly parts?: readonly TemplatePart[];
  readonly contactEmail?: string | null;
}

/** What of a load the file can give. */
export function possibleParts({ layout, format, orientation }: Detection): TemplatePart[] {
  const has = (role: ColumnRole): boolean =>
    [...layout.columns, ...layout.rows].some((item) => item.role === role);
  const parts: TemplatePart[] = [];
  const namesMarkers = has("marker") || (has("chromosome") && has("position"));
  const namesSamples = has("sample") || has("run");
  if (namesMarkers) parts.push("markers");
  if (namesSamples) parts.push("samples");
  // A matrix goes with the list of its markers and that of its samples.
  const hasMatrix =
    namesMarkers && namesSamples && layout.firstColumn !== null && orientation.value !== null;
  if (hasMatrix && format !== "MARKER_LIST" && format !== "SAMPLE_LIST") parts.push("dataset");
  return parts;
}

/** What one would load of it at once: a matrix with its markers; a list alone. Samples are best loaded on their own. */
export function defaultParts(detection: Detection): TemplatePart[] {
  const parts = possibleParts(detection);
  return parts.includes("dataset") ? parts.filter((part) => part !== "samples") : parts;
}

/**
 * Makes the instruction for a file, in the list shape.
 *
 * @throws AppError `bad_request` where it was not found out what in the file is what.
 */
export function fillTemplate(detection: Detection, context: TemplateContext): ListInstruction[] {
  const possible = possibleParts(detection);
  const parts = context.parts ?? defaultParts(detection);
  const missing = parts.find((part) => !possible.includes(part));
  if (missing !== undefined || parts.length === 0) {
    throw new AppError(
      "bad_request",
      `There is no template for ${missing ?? "anything"} of this file: it looks like ${detection.title}.`,
      { hint: "Say which of its columns name the markers or the samples." },
    );
  }
  const tables = templateParts
    .filter((part) => parts.includes(part))
    .flatMap((part) => tablesOfPart[part](detection, context));
  const sourceFormat = sourceFormatOf(detection.format);
  return z.array(ListInstruction).parse(
    tables.map(({ table, columns }) => ({
      table,
      gobiiFile: {
        source: context.source,
        destination: context.destination,
        delimiter: detection.delimiter.value ?? "\\t",
        gobiiFileType: fileTypeOf(detection),
        createSource: false,
        ...(sourceFormat === null ? {} : { sourceFormat }),
        ...(detection.quotes ? { quotes: true } : {}),
      },
      gobiiFileColumns: columns
        .filter((column) => column !== null)
        .map((column) => ({
          ...column,
          dataSetType: detection.dataSetType.value ?? "IUPAC",
          dataSetOrientationType: detection.orientation.value ?? "MARKER_FAST",
        })),
      dataSetId: context.dataset.id,
      gobiiCropType: context.crop,
      contactEmail: context.contactEmail ?? null,
      project: context.project,
      platform: context.platform,
      experiment: context.experiment,
      mapset: context.mapset,
      dataSet: context.dataset,
      jobPayloadType: payloadOf(parts),
    })),
  );
}

function fileTypeOf({ format }: Detection): FileType {
  return format === "VCF" ? "VCF" : format === "HAPMAP" ? "HAPMAP" : "GENERIC";
}

function payloadOf(parts: readonly TemplatePart[]): PayloadType {
  const has = (part: TemplatePart): boolean => parts.includes(part);
  if (has("dataset"))
    return parts.length === 1 ? "CV_PAYLOADTYPE_MATRIX" : "CV_PAYLOADTYPE_ALLMETA";
  if (!has("markers")) return "CV_PAYLOADTYPE_SAMPLES";
  return has("samples") ? "CV_PAYLOADTYPE_MARKERSAMPLES" : "CV_PAYLOADTYPE_MARKERS";
}
