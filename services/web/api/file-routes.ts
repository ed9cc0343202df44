import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { AppError, coerceError } from "../../contract/errors.ts";
import {
  FileListing,
  FileQuery,
  UploadedFile,
  UploadQuery,
  type FileEntry,
} from "../../contract/files.ts";
import { contains } from "../../gate/paths.ts";
import { fileLocations, type Crop } from "../crop.ts";
import { liesInside } from "../data-roots.ts";
import { receiveUpload } from "../gobii/upload.ts";
import { route, type Route } from "../http/route.ts";
import { cropNamed } from "../jobs/job-service.ts";
import type { ApiDeps } from "./api-deps.ts";

/** More is no list that a person reads. */
const mostEntries = 2000;

/** Data files that people choose in the console. */
export function fileRoutes({ crops, configuration }: ApiDeps): Route[] {
  const limitBytes = configuration.maxUploadMbytes * 1024 * 1024;
  return [
    route({
      method: "get",
      path: "/files",
      summary: "Lists a directory below the data roots, as far as this machine sees it",
      query: FileQuery,
      answer: FileListing,
      handle: async ({ query }) => ({ body: await list(cropNamed(crops, query.crop), query.path) }),
    }),
    route({
      method: "post",
      path: "/files",
      summary: "Takes a data file, a multipart form, into a folder of the crop's raw files",
      query: UploadQuery,
      answer: UploadedFile,
      statuses: [201],
      async handle({ query, request }) {
        const target = { job: query.folder, place: "RAW_USER_FILES", fileName: null } as const;
        const crop = cropNamed(crops, query.crop);
        const end = await receiveUpload(crop, target, request, limitBytes);
        switch (end.kind) {
          case "stored":
            return { body: { path: end.path } };
          case "refused":
          case "malformed":
            throw new AppError("bad_request", end.text);
          case "too_large":
            throw new AppError("payload_too_large", end.text, {
              hint: "Put it below a data root and name its path.",
            });
        }
      },
    }),
  ];
}

/** @throws AppError `bad_request` outside the data roots, `not_found` where this machine sees no such directory. */
async function list(crop: Crop, wanted: string | undefined): Promise<FileListing> {
  if (wanted !== undefined && !isAbsolute(wanted)) {
    throw new AppError("bad_request", `The path is a relative one: ${wanted}`, {
      hint: `Give an absolute one, below ${crop.dataRoots.join(", ")}.`,
    });
  }
  const path = resolve(wanted ?? (await firstDirectory(crop)));
  if (!(await liesInside(crop, path))) {
    throw new AppError("bad_request", `${path} lies outside the data roots.`, {
      hint: `They are: ${crop.dataRoots.join(", ")}.`,
    });
  }
  const names = await shownIn(path);
  const found = await Promise.all(
    names.slice(0, mostEntries).map((name) => entryOf(crop, join(path, name), name)),
  );
  const isRoot = crop.dataRoots.some((root) => resolve(root) === path);
  return {
    path,
    parent: isRoot ? null : dirname(path),
    roots: [...crop.dataRoots],
    entries: directoriesFirst(
      found.filter((entry) => entry !== null),
      ({ kind }) => kind === "directory",
    ),
    total: names.length,
  };
}

async function firstDirectory(crop: Crop): Promise<string> {
  const files = fileLocations(crop).RAW_USER_FILES;
  const isThere = await stat(files).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isThere ? files : (crop.dataRoots[0] ?? "/");
}

/** Names of what is not hidden, directories first, `chr9` before `chr10`. */
async function shownIn(path: string): Promise<string[]> {
  // Made once: a comparison of strings that makes its own takes 25 times as long.
  const { compare } = new Intl.Collator("en", { numeric: true });
  const found = await entriesIn(path);
  const shown = found.filter(({ name }) => !name.startsWith("."));
  const sorted = shown.toSorted((a, b) => compare(a.name, b.name));
  return directoriesFirst(sorted, (entry) => entry.isDirectory()).map(({ name }) => name);
}

async function entriesIn(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (thrown) {
    throw new AppError("not_found", `${path} cannot be listed: ${coerceError(thrown).message}`, {
      hint: "Where only the nodes see the data, type the path of the file instead.",
      cause: thrown,
    });
  }
}

function directoriesFirst<T>(entries: readonly T[], isDirectory: (entry: T) => boolean): T[] {
  return [...entries.filter(isDirectory), ...entries.filter((entry) => !isDirectory(entry))];
}

/** Null for what is neither a file nor a directory, has gone meanwhile, or leads out of the roots. */
async function entryOf(crop: Crop, path: string, name: string): Promise<FileEntry | null> {
  if (crop.excluded.some((directory) => contains(resolve(directory), path))) return null;
  try {
    const found = await stat(path);
    if (!(await liesInside(crop, path))) return null;
    const kind = found.isDirectory() ? "directory" : found.isFile() ? "file" : null;
    if (kind === null) return null;
    const bytes = kind === "file" ? found.size : null;
    return { name, path, kind, bytes, modifiedAt: found.mtime.toISOString() };
  } catch {
    return null;
  }
}
