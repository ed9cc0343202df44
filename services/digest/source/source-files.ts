import { readdirSync, statSync, type Stats } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import { systemCode } from "../../contract/errors.ts";
import type { Decoding } from "./decoding.ts";
import { isMadeBeside, isSamePlace } from "./made-here.ts";

/** A plain file to read, with its size on disk in bytes. */
export interface SourceFile {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  /** Reads its beginning only. */
  readonly limit?: ReadLimit | undefined;
  /** Left out: bytes are taken as they are. */
  readonly decoding?: Decoding | undefined;
}

/** How much of a file is read: whole lines, as many as lie within both bounds. */
export interface ReadLimit {
  readonly lines: number;
  /** Without compression, rounded up to what is read at once. */
  readonly bytes: number;
  /** Told where there is more. */
  onCut(): void;
}

/** A limit, and whether it has cut anything off so far. */
interface WatchedLimit {
  readonly limit: ReadLimit | undefined;
  readonly isCut: () => boolean;
}

/** Notices where a limit cuts; without one nothing is ever cut. */
export function watchLimit(limit: ReadLimit | undefined): WatchedLimit {
  if (limit === undefined) return { limit, isCut: () => false };
  let isCut = false;
  const onCut = (): void => {
    isCut = true;
    limit.onCut();
  };
  return { limit: { ...limit, onCut }, isCut: () => isCut };
}

/** Why there are no files, in the reference's words where it has any, and then in ours. */
interface NoSource {
  readonly path: string;
  readonly problem: string;
  readonly plain?: string;
}

/** The files of a source, or why there are none. */
export type SourceListing = { readonly files: readonly SourceFile[] } | NoSource;

/**
 * The plain files that a source names, in the order of their names: the file itself, or those of the directory, without
 * its sub-directories. In a directory, files whose name contains "digest" are left out, as GOBii's 2.1 does.
 *
 * @param root what relative sources are relative to; null refuses them.
 * @param publishDir where an earlier digest may have left files, which are no sources.
 */
export function listSource(source: string, root: string | null, publishDir: string): SourceListing {
  if (source === "") return { path: source, problem: "The instruction names no source" };
  if (root === null && !isAbsolute(source)) {
    return { path: source, problem: "The source is a relative path; expected an absolute one" };
  }
  const path = root === null ? source : resolve(root, source);
  const kind = kindOf(path);
  if ("problem" in kind) return { path, ...kind };
  if (kind.isFile()) return { files: [{ path, name: basename(path), size: kind.size }] };
  if (!kind.isDirectory()) {
    return { path, problem: "The source is neither a file nor a directory" };
  }
  const names = readdirSync(path).toSorted(byCodeUnits);
  const isPublished = isSamePlace(path, publishDir);
  const files = names
    .filter((name) => !name.includes("digest") && !(isPublished && isMadeBeside(name)))
    .flatMap((name): SourceFile[] => {
      const file = join(path, name);
      const entry = kindOf(file);
      return "isFile" in entry && entry.isFile() ? [{ path: file, name, size: entry.size }] : [];
    });
  if (files.length > 0) return { files };
  const skipped = names.some((name) => name.includes("digest"));
  return {
    path,
    problem:
      "Unexpected Missing File: the source directory has no file to read" +
      (skipped ? '; files whose name contains "digest" are not read' : ""),
    plain:
      "The source directory has no file to read" +
      (skipped ? ", since those whose name contains digest are left out. Rename them" : "") +
      `${skipped ? ", or" : "."} ${skipped ? "choose" : "Choose"} another source.`,
  };
}

/** What there is, or why there is nothing, in words. */
function kindOf(path: string): Stats | Omit<NoSource, "path"> {
  try {
    return statSync(path);
  } catch (thrown) {
    switch (systemCode(thrown)) {
      case "ENOENT":
      case "ENOTDIR":
        return {
          problem: "Unexpected Missing File: the source does not exist",
          plain:
            "There is no such file or directory; expected the source of the load. Check its name, and that the machine " +
            "that digests sees it.",
        };
      case "ELOOP":
        return { problem: "The source has symbolic links that lead in a circle" };
      default:
        throw thrown;
    }
  }
}

/** Not by locale: the order must be the same on every machine. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
