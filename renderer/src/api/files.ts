import { queryOptions } from "@tanstack/react-query";
import { FileListing, UploadedFile } from "../../../services/contract/files.ts";
import { AppError } from "../../../services/contract/errors.ts";
import { keys } from "./keys.ts";
import { request, toAppError } from "./request.ts";

/** @param path null: where the crop's raw files go. */
export function filesQuery(crop: string | null, path: string | null) {
  const query = new URLSearchParams();
  if (crop !== null) query.set("crop", crop);
  if (path !== null) query.set("path", path);
  return queryOptions({
    queryKey: keys.files(crop, path),
    queryFn: ({ signal }) => request(FileListing, `/api/v1/files?${query.toString()}`, { signal }),
    retry: false,
  });
}

export interface Upload {
  readonly file: File;
  /** Where files that belong together go. */
  readonly folder: string;
  readonly crop: string | null;
  readonly signal: AbortSignal;
  /** @param share of the bytes that are sent, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * Sends a file to the machine of the web service. By XMLHttpRequest, since `fetch` does not tell how far it is.
 *
 * @returns its path there.
 * @throws AppError as the service worded it; `unavailable` when the connection breaks.
 */
export function uploadFile({ file, folder, crop, signal, onProgress }: Upload): Promise<string> {
  const query = new URLSearchParams({ folder });
  if (crop !== null) query.set("crop", crop);
  const form = new FormData();
  form.set("file", file);
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `/api/v1/files?${query.toString()}`);
    sending.upload.addEventListener("progress", ({ loaded, total }) => {
      onProgress(total === 0 ? 0 : loaded / total);
    });
    sending.addEventListener("load", () => {
      const answer = parse(sending.responseText);
      const stored = UploadedFile.safeParse(answer);
      if (stored.success) resolve(stored.data.path);
      else reject(toAppError(sending.status, answer));
    });
    sending.addEventListener("error", () => {
      reject(new AppError("unavailable", `The connection broke while ${file.name} was sent.`));
    });
    sending.addEventListener("abort", () => {
      reject(new AppError("unavailable", `Sending ${file.name} was stopped.`));
    });
    signal.addEventListener("abort", () => sending.abort(), { once: true });
    sending.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
