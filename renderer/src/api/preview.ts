import { queryOptions } from "@tanstack/react-query";
import type { ListInstruction } from "../../../services/contract/instruction.ts";
import { DryRun, Preview, type FileFormat } from "../../../services/contract/preview.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

/** What a file is and how it begins, read by the settings of its crop, and as `format` where one is given. */
export function previewQuery(path: string, crop: string | null, format: FileFormat | null) {
  return queryOptions({
    queryKey: keys.filePreview(path, crop, format),
    queryFn: ({ signal }) =>
      request(Preview, "/api/v1/preview", {
        method: "POST",
        body: {
          path,
          ...(crop === null ? {} : { crop }),
          ...(format === null ? {} : { format }),
        },
        signal,
      }),
    retry: false,
    staleTime: Infinity,
  });
}

/** What an instruction would make of the first lines of its source. */
export function dryRunQuery(instructions: readonly ListInstruction[], crop: string | null) {
  return queryOptions({
    queryKey: keys.dryRun(instructions, crop),
    queryFn: ({ signal }) =>
      request(DryRun, "/api/v1/dry-run", {
        method: "POST",
        body: { instructions, ...(crop === null ? {} : { crop }) },
        signal,
      }),
    retry: false,
  });
}
