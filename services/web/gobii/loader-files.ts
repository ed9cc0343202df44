import { open, readdir } from "node:fs/promises";
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { coerceError } from "../../contract/errors.ts";
import { makeDirectory } from "../../gate/make-directory.ts";
import type { Crop } from "../crop.ts";
import { liesInside } from "../data-roots.ts";
import { isAllowedKey } from "../../contract/job.ts";
import type { Outcome } from "./envelope.ts";
import { directoryOf } from "./file-places.ts";
import type { Generation } from "./generations.ts";
import { failed, invalid, type StatusMessage } from "./status-message.ts";

/** `PUT files/loader/{directory}`: makes the directory of a load's source files, unless it is there. */
export async function createLoaderDirectory(
  crop: Crop,
  name: string,
  generation: Generation,
): Promise<Outcome> {
  const found = await findDirectory(crop, name);
  if ("failure" in found) return found;
  const { path } = found;
  try {
    await makeDirectory(path);
  } catch (thrown) {
    return { failure: failed(`Unable to create directory ${path}: ${reasonOf(thrown)}`) };
  }
  return { status: 200, items: [previewItem({ path, files: [], cells: [] }, generation)] };
}

/** `GET files/loader/{directory}?fileFormat=txt`: the files of that ending, and the beginning of the first. */
export async function previewLoaderDirectory(
  crop: Crop,
  name: string,
  format: string,
  generation: Generation,
): Promise<Outcome> {
  const delimiter = delimiterOf(format);
  if (delimiter === null) return { failure: failed(`File Format not supported: ${format}`) };
  const found = await findDirectory(crop, name);
  if ("failure" in found) return found;
  const { path } = found;
  const all = await filesIn(path);
  if (all === null) return { failure: failed(`The specified directory does not exist: ${path}`) };
  if (all.length === 0) return { failure: failed(`There are no files in this directory:${name}`) };
  const files = all.filter((file) => file.endsWith(`.${format}`)).toSorted();
  const [first] = files;
  if (first === undefined) {
    const text = `There are no files of the specified format in the directory:${name}`;
    return { failure: failed(text) };
  }
  const cells = cellsOf(await beginningOf(join(path, first)), delimiter);
  return { status: 201, items: [previewItem({ path, files, cells }, generation)] };
}

async function findDirectory(
  crop: Crop,
  name: string,
): Promise<{ readonly path: string } | { readonly failure: StatusMessage }> {
  if (!isAllowedKey(name)) {
    const text = `The directory name contains characters that are not allowed: ${name}`;
    return { failure: invalid("BAD_REQUEST", text) };
  }
  const path = directoryOf(crop, "RAW_USER_FILES") + name;
  if (await liesInside(crop, path)) return { path };
  return { failure: invalid("BAD_REQUEST", `The directory lies outside the data roots: ${path}`) };
}

/** The loader's format names, and what separates cells in files of that format. */
function delimiterOf(format: string): string | null {
  switch (format) {
    case "csv":
      return ",";
    case "txt":
    case "vcf":
      return "\t";
    default:
      return null;
  }
}

async function filesIn(directory: string): Promise<string[] | null> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch {
    return null;
  }
}

/** Enough for the first cells of the widest files, and little enough to be sent. */
const previewBytes = 4 * 1024 * 1024;
const previewLines = 50;
const previewCells = 50;

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.alloc(previewBytes);
    const { bytesRead } = await file.read(buffer, 0, previewBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const text = bytes.toString(isUtf8(trimCut(bytes)) ? "utf8" : "latin1");
    const isCut = bytesRead === previewBytes;
    return isCut && text.includes("\n") ? text.slice(0, text.lastIndexOf("\n")) : text;
  } finally {
    await file.close();
  }
}

/** Without the last bytes, which may be the first of a character that was cut through. */
function trimCut(bytes: Buffer): Buffer {
  return bytes.length === previewBytes ? bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1) : bytes;
}

function cellsOf(text: string, delimiter: string): string[][] {
  const lines = text.split(/\r\n|[\n\r]/, previewLines + 1);
  if (lines.at(-1) === "") lines.pop();
  return lines.slice(0, previewLines).map((line) => {
    const cells = line.split(delimiter, previewCells + 1);
    // As Java's `split`, which leaves empty cells away at the end of a line.
    while (cells.length > 1 && cells.length <= previewCells && cells.at(-1) === "") cells.pop();
    return cells.slice(0, previewCells);
  });
}

function previewItem(
  preview: {
    readonly path: string;
    readonly files: readonly string[];
    readonly cells: readonly (readonly string[])[];
  },
  generation: Generation,
) {
  return {
    dto: {
      allowedProcessTypes: ["READ", "UPDATE"] as const,
      id: 1,
      directoryName: preview.path,
      // The original never fills it.
      previewFileName: null,
      fileList: preview.files,
      filePreview: preview.cells,
    },
    path: "files/loader/1",
    javaClass: generation.classes.filePreview,
    linkId: "1",
  };
}

function reasonOf(thrown: unknown): string {
  return coerceError(thrown).message;
}
