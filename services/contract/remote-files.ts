import { z } from "zod";

/*
 * Files of a job for a digester that does not see them. It fetches what its instruction reads, and returns what came of it, in
 * chunks that carry their SHA-256 in the header `x-sha256`, so that each can be asked for or sent again. Every call names the
 * attempt and is refused with 409 when that is not the current one.
 */

/** A chunk has at most so many bytes. */
export const chunkBytes = 4 * 1024 * 1024;
export const checksumHeader = "x-sha256";

/** A file that the instruction reads. `tag` changes with its content. */
export const InputFile = z.object({
  path: z.string(),
  size: z.number().int().nonnegative(),
  tag: z.string(),
});
export type InputFile = z.infer<typeof InputFile>;

/** `GET {callback}/job/{id}/inputs?attempt=n`. A source that is not there has no files. */
export const InputList = z.object({ files: z.array(InputFile) });
export type InputList = z.infer<typeof InputList>;

/** `GET {callback}/job/{id}/input?attempt=n&path=…&tag=…` with `Range: bytes=first-last`. */
export const InputQuery = z.object({
  attempt: z.coerce.number().int().positive(),
  path: z.string().min(1),
  tag: z.string(),
});

export const AttemptQuery = z.object({ attempt: z.coerce.number().int().positive() });

/** Names of files that a digest writes: no directories, and nothing hidden. */
export const OutputName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/);

/** `PUT {callback}/job/{id}/output/{name}?attempt=n&offset=…`, the chunk as body. */
export const OutputQuery = AttemptQuery.extend({ offset: z.coerce.number().int().nonnegative() });

/**
 * How much of the file is there now: the next chunk begins there, whatever was sent. `isFull`: the disk is, and nothing of this
 * chunk was kept.
 */
export const OutputKept = z.object({ size: z.number().int().nonnegative(), isFull: z.boolean() });
export type OutputKept = z.infer<typeof OutputKept>;

export const OutputFile = z.object({
  name: OutputName,
  size: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type OutputFile = z.infer<typeof OutputFile>;

/** `POST {callback}/job/{id}/output?attempt=n`: all are there and stand in the destination after it, or none of them. */
export const OutputList = z.object({ files: z.array(OutputFile).min(1).max(10_000) });
export type OutputList = z.infer<typeof OutputList>;
