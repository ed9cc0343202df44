import { z } from "zod";

/** A file that a job made: a digest file, or the matrix in another format. */
export const MadeFile = z.object({
  /** Its path, as in the result of the job. */
  file: z.string(),
  /** Null where it is not to be had. */
  bytes: z.number().int().nonnegative().nullable(),
  /** Why it is not to be had, in words; null where it is. */
  problem: z.string().nullable(),
});
export type MadeFile = z.infer<typeof MadeFile>;

/** Answer to `GET /api/v1/jobs/{id}/files`, in the order of the result. */
export const MadeFiles = z.object({ files: z.array(MadeFile) });

/** `GET /api/v1/jobs/{id}/files/{name}`: the last part of the path of such a file, which is sent as it is. */
export const MadeFileName = z.string().min(1).max(255);

/** `GET {digester}/file?file=`: a file below the data roots, as it is. */
export const FileRequest = z.object({ file: z.string().min(1).max(4096) });

/** `POST {digester}/file-sizes` */
export const FileSizesRequest = z.object({
  files: z.array(FileRequest.shape.file).max(1000),
});

/** In the order of the files; null where this digester sees no such file. */
export const FileSizes = z.object({ sizes: z.array(z.number().int().nonnegative().nullable()) });
