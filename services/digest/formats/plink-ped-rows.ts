import { basename } from "node:path";
import type { ProblemWords } from "../../contract/problem-words.ts";
import {
  absentCompanion,
  companionOf,
  fieldsOf,
  LETTER_OF,
  N,
  readCompanion,
} from "./plink-files.ts";
import { createRowBuilder, type RowBuilder } from "./row-builder.ts";
import { readEachLine, type Line, type RowContext, type RowReader } from "./row-reader.ts";

/**
 * PLINK's `.ped` with `.map`, as rows of two-letter calls: samples in rows. Above them stand the chromosomes, the positions
 * and the names of the markers; left of the calls the six columns of the file.
 */

export const PED_COLUMNS = ["FID", "IID", "PAT", "MAT", "SEX", "PHENO"] as const;

const [TAB, SPACE, HASH] = [9, 32, 35];

interface Marker {
  readonly chromosome: string;
  readonly name: string;
  readonly position: string;
}

export const readPed: RowReader = async (file, context) => {
  const mapPath = companionOf(file.path, "map");
  if (mapPath === null) return absentCompanion(file.path, "map");
  const markers: Marker[] = [];
  const mapFault = await readCompanion(mapPath, file, context, (fields, line) => {
    const [chromosome = "", name = ""] = fields;
    if (fields.length === 3 || fields.length === 4) {
      markers.push({ chromosome, name, position: fields.at(-1) ?? "" });
      return;
    }
    context.problems.report(
      "map line",
      { file: mapPath, line, column: null },
      () =>
        `The line has ${fields.length} fields; expected chromosome, marker, centimorgans and position`,
    );
  });
  if (mapFault !== null) return mapFault;

  const rows = createRowBuilder(context.delimiter.byte, context.onBlock);
  const left = PED_COLUMNS.slice(1).map(() => "");
  rows.header([...left, "chromosome", ...markers.map(({ chromosome }) => chromosome)]);
  rows.header([...left, "position", ...markers.map(({ position }) => position)]);
  rows.header([...PED_COLUMNS, ...markers.map(({ name }) => name)]);
  const fault = await readEachLine(file, context, (line) => {
    putPedRow(line, markers, rows, file.path, mapPath, context);
  });
  if (fault === null) rows.flush();
  return fault;
};

const isSpace = (byte: number): boolean => byte === SPACE || byte === TAB;

/** Copies the six fields, and makes one cell of the two alleles of each marker. */
function putPedRow(
  line: Line,
  names: readonly Marker[],
  rows: RowBuilder,
  path: string,
  mapPath: string,
  context: RowContext,
): void {
  const { bytes, to } = line;
  const markers = names.length;
  let at = line.from;
  while (at < to && isSpace(bytes[at] as number)) at++;
  if (at === to || bytes[at] === HASH) return;
  const fields = countFields(bytes, at, to) - PED_COLUMNS.length;
  // The compound form has one field of two letters for each marker.
  const isCompound = fields === markers && firstAlleleWidth(bytes, at, to) === 2;
  const perMarker = isCompound ? 1 : 2;
  if (fields !== perMarker * markers) {
    context.problems.report(
      "ped line",
      { file: path, line: line.number, column: null },
      () =>
        `The line has ${fields + PED_COLUMNS.length} fields; expected ${PED_COLUMNS.length + 2 * markers}, ` +
        `two for each of the ${markers} markers of ${basename(mapPath)}. Check that both files belong together`,
    );
    return;
  }
  let end = at;
  for (let field = 0; field < PED_COLUMNS.length; field++) {
    end = fieldEnd(bytes, at, to);
    rows.copy(bytes, at, end);
    rows.endCell();
    at = nextField(bytes, end, to);
  }
  const { buffer } = rows;
  buffer.room(3 * markers);
  for (let field = 0; field < fields; field++) {
    end = fieldEnd(bytes, at, to);
    const width = end - at;
    const isKnown = width === 2 / perMarker && areLetters(bytes, at, end);
    if (!isKnown)
      reportAllele(
        bytes.toString("utf8", at, end),
        path,
        line.number,
        PED_COLUMNS.length + field + 1,
        () => ({
          sample: fieldsOf(bytes.toString("utf8", line.from, end))[1] ?? "",
          marker: names[Math.floor(field / perMarker)]?.name ?? "",
        }),
        context,
      );
    for (let k = 0; k < 2 / perMarker; k++) {
      buffer.bytes[buffer.at++] = isKnown ? (LETTER_OF[bytes[at + k] as number] as number) : N;
    }
    if (perMarker === 1 || field % 2 === 1) rows.endCell();
    at = nextField(bytes, end, to);
  }
  const { number } = line;
  const first = PED_COLUMNS.length;
  rows.endRow((column) => ({
    line: number,
    column: column < first ? column + 1 : first + (column - first) * perMarker + 1,
  }));
}

function areLetters(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (LETTER_OF[bytes[at] as number] === 0) return false;
  return true;
}

function reportAllele(
  text: string,
  path: string,
  line: number,
  column: number,
  concerned: () => Pick<ProblemWords, "sample" | "marker">,
  context: RowContext,
): void {
  context.problems.report("ped allele", { file: path, line, column }, () => ({
    message:
      `The allele is ${JSON.stringify(text.slice(0, 100))}; expected A, C, G, T, 1 to 4, I, D or 0. ` +
      "Correct it, or write 0 0 for a missing call",
    ...concerned(),
  }));
}

function countFields(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; count++) at = nextField(bytes, fieldEnd(bytes, at, to), to);
  return count;
}

function firstAlleleWidth(bytes: Buffer, from: number, to: number): number {
  let at = from;
  for (let field = 0; field < PED_COLUMNS.length; field++) {
    at = nextField(bytes, fieldEnd(bytes, at, to), to);
  }
  return fieldEnd(bytes, at, to) - at;
}

function fieldEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && !isSpace(bytes[at] as number)) at++;
  return at;
}

function nextField(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isSpace(bytes[at] as number)) at++;
  return at;
}
