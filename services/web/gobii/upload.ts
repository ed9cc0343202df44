import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { AppError, coerceError } from "../../contract/errors.ts";
import { makeDirectory } from "../../gate/make-directory.ts";
import type { Crop } from "../crop.ts";
import { liesInside } from "../data-roots.ts";
import { isAllowedKey } from "../../contract/job.ts";
import { directoryOf, isFileName, type Place } from "./file-places.ts";

/** Where a file goes: `files/{job}/{place}?fileName=`. */
export interface UploadTarget {
  readonly job: string;
  readonly place: Place;
  /** Null: the name that the file has in the form. */
  readonly fileName: string | null;
}

/**
 * What became of an upload: GOBii's clients show the text of a refusal as it is. `malformed` is a body that is no form
 * with a file.
 */
export type UploadEnd =
  | { readonly kind: "stored"; readonly path: string }
  | { readonly kind: "refused" | "malformed" | "too_large"; readonly text: string };

/**
 * `POST files/{job}/{place}`: streams the file of a multipart form into the job's directory.
 *
 * It is written beside the directory and moved in when it is whole and on disk, so a digest that reads the directory never
 * meets half of it, and an upload that ends early leaves nothing. A file of the same name is replaced.
 *
 * @param limitBytes the largest file that is taken.
 */
export async function receiveUpload(
  crop: Crop,
  target: UploadTarget,
  request: IncomingMessage,
  limitBytes: number,
): Promise<UploadEnd> {
  const { job, place } = target;
  if (!isAllowedKey(job)) {
    return refused(`The job name contains characters that are not allowed: ${job}`);
  }
  const root = directoryOf(crop, place);
  const directory = root + job;
  if (!(await liesInside(crop, directory)) || !(await liesInside(crop, root))) {
    return refused(`The directory lies outside the data roots: ${directory}`);
  }
  if (Number(request.headers["content-length"] ?? 0) > limitBytes + formBytes) {
    return tooLarge(limitBytes);
  }
  await makeDirectory(root);
  const half = join(root, `${halfPrefix}${randomUUID()}`);
  try {
    const received = await receiveForm(request, half, limitBytes, target.fileName);
    if (received.kind !== "whole") return received;
    const path = join(directory, received.name);
    await makeDirectory(directory);
    await rename(half, path);
    return { kind: "stored", path };
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    return refused(`Error writing the file: ${coerceError(thrown).message}`);
  } finally {
    await rm(half, { force: true });
  }
}

/** Removes what uploads left behind that a killed service had begun. */
export async function removeHalfUploads(crop: Crop): Promise<void> {
  for (const place of ["RAW_USER_FILES", "LOADER_INTERMEDIATE_FILES"] as const) {
    const root = directoryOf(crop, place);
    const names = await readdir(root).catch(() => []);
    const halves = names.filter((name) => name.startsWith(halfPrefix));
    await Promise.all(halves.map((name) => rm(join(root, name), { force: true })));
  }
}

const halfPrefix = ".upload-";
/** What the form may need beside the file itself. */
const formBytes = 100_000;

type Received = Exclude<UploadEnd, { kind: "stored" }> | { kind: "whole"; name: string };

async function receiveForm(
  request: IncomingMessage,
  path: string,
  limitBytes: number,
  fileName: string | null,
): Promise<Received> {
  const form = formOf(request, limitBytes);
  if (form === null) return { kind: "malformed", text: "The request is not a multipart form." };

  const ended = new AbortController();
  const found: { file: Promise<Received> | null } = { file: null };
  form.on("file", (field, stream, nameInForm) => {
    if (field !== "file" || found.file !== null) {
      stream.resume();
      return;
    }
    const name = fileName ?? nameInForm;
    found.file = receiveFile(stream, { path, name, limitBytes, signal: ended.signal });
    // Looked at when the form has ended; till then nobody waits for it.
    found.file.catch(() => undefined);
  });
  try {
    await pipeline(request, form);
  } catch (thrown) {
    // The stream of a file whose form breaks off does not end by itself.
    ended.abort();
    await found.file?.catch(() => undefined);
    return { kind: "malformed", text: `The form is broken: ${coerceError(thrown).message}` };
  }
  return (await found.file) ?? { kind: "malformed", text: "The form has no file." };
}

function formOf(request: IncomingMessage, limitBytes: number): BusboyInstance | null {
  const type = request.headers["content-type"];
  if (type === undefined || !/^multipart\/form-data\b/i.test(type)) return null;
  try {
    return Busboy({
      headers: { ...request.headers, "content-type": type },
      // A name with directories in it is refused, not cut.
      preservePath: true,
      limits: {
        fileSize: limitBytes,
        files: 8,
        fields: 50,
        fieldSize: 10_000,
        fieldNameSize: 200,
        headerPairs: 50,
        headerSize: 10_000,
      },
    });
  } catch {
    return null;
  }
}

async function receiveFile(
  stream: BusboyFileStream,
  to: {
    readonly path: string;
    readonly name: string;
    readonly limitBytes: number;
    readonly signal: AbortSignal;
  },
): Promise<Received> {
  const { path, name, limitBytes, signal } = to;
  if (!isFileName(name)) {
    stream.resume();
    return refused(`The file name contains characters that are not allowed: ${name}`);
  }
  const sink = createWriteStream(path, { flags: "wx", mode: 0o664, flush: true });
  await pipeline(stream, sink, { signal });
  if (stream.truncated) return tooLarge(limitBytes);
  if (sink.bytesWritten === 0) {
    return refused("You failed to upload because the file was empty.");
  }
  return { kind: "whole", name };
}

const refused = (text: string) => ({ kind: "refused", text }) as const;

function tooLarge(limitBytes: number) {
  const text = `The file is larger than ${limitBytes / 1024 / 1024} MB`;
  return { kind: "too_large", text } as const;
}
