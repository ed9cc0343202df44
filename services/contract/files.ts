import { z } from "zod";

/** Data files, as the console lets people choose them: those on the machine of the web service, below its data roots. */

export const FileEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(["file", "directory"]),
  /** Null for a directory. */
  bytes: z.number().int().nonnegative().nullable(),
  modifiedAt: z.iso.datetime(),
});
export type FileEntry = z.infer<typeof FileEntry>;

/** `GET /files`: what lies in a directory; without a path, in the one where the crop's raw files go. */
export const FileQuery = z.object({
  path: z.string().min(1).max(4096).optional(),
  crop: z.string().optional(),
});

/** Directories first, then by name. Names that begin with a dot are left out. */
export const FileListing = z.object({
  path: z.string(),
  /** Null at a data root: what lies above is nobody's business. */
  parent: z.string().nullable(),
  roots: z.array(z.string()),
  entries: z.array(FileEntry),
  /** Entries in all; more than are listed in a very large directory. */
  total: z.number().int().nonnegative(),
});
export type FileListing = z.infer<typeof FileListing>;

/** `POST /files`, a multipart form with one `file`. Files of one `folder` lie side by side, as those of PLINK must. */
export const UploadQuery = z.object({
  folder: z.string().min(1).max(200),
  crop: z.string().optional(),
});

export const UploadedFile = z.object({ path: z.string() });
export type UploadedFile = z.infer<typeof UploadedFile>;
