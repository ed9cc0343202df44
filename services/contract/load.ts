import { AppError } from "./errors.ts";
import {
  dataSetTypes,
  type ColumnType,
  type DataSetType,
  type FileType,
  type Orientation,
  type PayloadType,
} from "./gobii-terms.ts";
import type { SourceFormat, StoredInstruction } from "./instruction.ts";

/**
 * A load: what an instruction says, in one form for all generations. The digest engine knows only this.
 */
export interface Load {
  readonly crop: string | null;
  readonly payloadType: PayloadType | null;
  readonly contactId: number | null;
  readonly contactEmail: string | null;
  readonly qcCheck: boolean;
  readonly project: IdAndName;
  readonly platform: IdAndName;
  readonly experiment: IdAndName;
  readonly mapset: IdAndName;
  /** The data set that the matrix belongs to; `id` is the first one that any table names. */
  readonly dataset: IdAndName;
  readonly dataSetType: DataSetType;
  readonly orientation: Orientation;
  readonly tables: readonly TableRule[];
}

interface IdAndName {
  readonly id: number | null;
  readonly name: string | null;
}

/** One `digest.<table>` file: where its cells come from. */
export interface TableRule {
  readonly table: string;
  /** A file or a directory of files. */
  readonly source: string;
  /** The directory of the digest files. */
  readonly destination: string;
  /** A Java regular expression, as for `String.split`. */
  readonly delimiter: string;
  readonly fileType: FileType | null;
  /** What brings the source into rows of cells; absent: its lines are the rows. */
  readonly sourceFormat?: SourceFormat | undefined;
  /** Whether cells may stand in double quotes; absent: a quote is a character like any other. */
  readonly quotes?: boolean | undefined;
  readonly columns: readonly ColumnRule[];
}

export interface ColumnRule {
  readonly type: ColumnType | null;
  readonly name: string;
  /** 0-based row and column of the first cell; null where the instruction leaves it out. */
  readonly row: number | null;
  readonly column: number | null;
  readonly filterFrom: string | null;
  readonly filterTo: string | null;
  /** A Java regular expression, and its replacement with `$1` groups; used only when both are given. */
  readonly findText: string | null;
  readonly replaceText: string | null;
  readonly constantValue: string | null;
  /** Joined to the column before it, without a header of its own. */
  readonly subcolumn: boolean;
  readonly subcolumnDelimiter: string | null;
}

/**
 * Brings both wire shapes into the one form that the engine digests.
 *
 * @throws AppError `invalid_instruction` where a matrix is of a type that no one knows.
 */
export function toLoad(instruction: StoredInstruction): Load {
  switch (instruction.shape) {
    case "list":
      return listToLoad(instruction.instructions);
    case "procedure":
      return procedureToLoad(instruction.procedure);
  }
}

type ListInstruction = Extract<StoredInstruction, { shape: "list" }>["instructions"][number];
type Procedure = Extract<StoredInstruction, { shape: "procedure" }>["procedure"];
type WireColumn =
  | ListInstruction["gobiiFileColumns"][number]
  | Procedure["instructions"][number]["gobiiFileColumns"][number];

/** The crop that an instruction names. */
export function cropNameOf(instruction: StoredInstruction): string | null {
  switch (instruction.shape) {
    case "list":
      return (
        instruction.instructions.find((item) => item.gobiiCropType !== null)?.gobiiCropType ?? null
      );
    case "procedure":
      return instruction.procedure.metadata.gobiiCropType;
  }
}

function listToLoad(list: readonly ListInstruction[]): Load {
  const first = list[0];
  const firstNamed = (pick: (item: ListInstruction) => IdAndName): IdAndName =>
    list.map(pick).find((value) => value.id !== null || value.name !== null) ?? NOBODY;
  const dataset = firstNamed((item) => item.dataSet);
  const datasetId = list.find((item) => item.dataSetId !== null)?.dataSetId ?? dataset.id;
  const matrixColumn = list
    .flatMap((item) => item.gobiiFileColumns)
    .find((column) => column.gobiiColumnType === "CSV_BOTH");
  return {
    crop: cropNameOf({ shape: "list", instructions: [...list] }),
    payloadType: first?.jobPayloadType ?? null,
    contactId: first?.contactId ?? null,
    contactEmail: first?.contactEmail ?? null,
    qcCheck: first?.qcCheck ?? false,
    project: firstNamed((item) => item.project),
    platform: firstNamed((item) => item.platform),
    experiment: firstNamed((item) => item.experiment),
    mapset: firstNamed((item) => item.mapset),
    dataset: { id: datasetId, name: dataset.name },
    dataSetType: matrixColumn?.dataSetType ?? "IUPAC",
    orientation: matrixColumn?.dataSetOrientationType ?? "MARKER_FAST",
    tables: list.map((item) => ({
      table: item.table ?? "",
      ...toFile(item.gobiiFile),
      columns: item.gobiiFileColumns.map(toColumn),
    })),
  };
}

function procedureToLoad({ metadata, instructions }: Procedure): Load {
  return {
    crop: metadata.gobiiCropType,
    payloadType: metadata.jobPayloadType,
    contactId: metadata.contactId,
    contactEmail: metadata.contactEmail,
    qcCheck: metadata.qcCheck,
    project: metadata.project,
    platform: metadata.platform,
    experiment: metadata.experiment,
    mapset: metadata.mapset,
    dataset: metadata.dataset,
    dataSetType: namedDataSetType(metadata.datasetType.name, instructions),
    orientation: metadata.datasetOrientationType ?? "MARKER_FAST",
    tables: instructions.map((item) => ({
      table: item.table ?? "",
      ...toFile(metadata.gobiiFile),
      columns: item.gobiiFileColumns.map(toColumn),
    })),
  };
}

/** V2.2 names the type by its cv term, `nucleotide_2_letter`, or by its enum name. */
function namedDataSetType(
  name: string | null,
  instructions: Procedure["instructions"],
): Load["dataSetType"] {
  const found = dataSetTypes.find((type) => type === name?.trim().toUpperCase());
  if (found !== undefined) return found;
  const hasMatrix = instructions.some((item) =>
    item.gobiiFileColumns.some((column) => column.gobiiColumnType === "CSV_BOTH"),
  );
  if (hasMatrix && name !== null && name.trim() !== "") {
    throw new AppError(
      "invalid_instruction",
      `metadata.datasetType.name: unknown data set type "${name}", expected one of ${dataSetTypes.join(", ")}`,
    );
  }
  return "IUPAC";
}

const NOBODY: IdAndName = { id: null, name: null };

function toFile(file: ListInstruction["gobiiFile"]) {
  return {
    source: file.source ?? "",
    destination: file.destination ?? "",
    delimiter: file.delimiter ?? "\\t",
    fileType: file.gobiiFileType,
    sourceFormat: file.sourceFormat,
    quotes: file.quotes,
  };
}

function toColumn(column: WireColumn): ColumnRule {
  return {
    type: column.gobiiColumnType,
    name: column.name ?? "",
    row: column.rCoord,
    column: column.cCoord,
    filterFrom: column.filterFrom,
    filterTo: column.filterTo,
    findText: column.findText,
    replaceText: column.replaceText,
    constantValue: column.constantValue,
    subcolumn: column.subcolumn,
    subcolumnDelimiter: column.subcolumnDelimiter,
  };
}
