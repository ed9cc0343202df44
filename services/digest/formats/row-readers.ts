import type { SourceFormat } from "../../contract/instruction.ts";
import type { SourceListing } from "../source/source-files.ts";
import { readDartOneRow, readDartTwoRow } from "./dart-rows.ts";
import { readKaspList } from "./kasp-list-rows.ts";
import { readBed } from "./plink-bed-rows.ts";
import { readPed } from "./plink-ped-rows.ts";
import { readLines, type RowReader } from "./row-reader.ts";

const readers: Readonly<Record<SourceFormat, RowReader>> = {
  KASP_LIST: readKaspList,
  DART_ONE_ROW: readDartOneRow,
  DART_TWO_ROW: readDartTwoRow,
  PLINK_PED: readPed,
  PLINK_BED: readBed,
};

/** What brings files of a format into rows; null: their lines are the rows. */
export function rowReaderOf(format: SourceFormat | null): RowReader {
  return format === null ? readLines : readers[format];
}

/** Files that are read together with another, and so are no sources by themselves. */
const MAIN_FILES: Readonly<Partial<Record<SourceFormat, RegExp>>> = {
  PLINK_PED: /\.ped(\.gz)?$/i,
  PLINK_BED: /\.bed(\.gz)?$/i,
};

/** Leaves out of the files of a directory what only accompanies the sources. */
export function sourceFilesOf(format: SourceFormat | null, listing: SourceListing): SourceListing {
  const main = format === null ? undefined : MAIN_FILES[format];
  if (main === undefined || !("files" in listing) || listing.files.length < 2) return listing;
  const files = listing.files.filter(({ name }) => main.test(name));
  return files.length > 0
    ? { files }
    : {
        path: listing.files[0]?.path ?? "",
        problem: `None of the ${listing.files.length} files of the source is of the format ${format}`,
      };
}
