import { coerceError, systemCode } from "../contract/errors.ts";
import { systemWords } from "../contract/system-words.ts";
import type { DigestProblem } from "../contract/result.ts";

/** What a person can do something about, in words; `file` is the one that was being read. */
export function describeSystemError(thrown: unknown, file: string | null): DigestProblem {
  const error: NodeJS.ErrnoException = coerceError(thrown);
  const code = error.code ?? "";
  const nowhere = { line: null, column: null };
  const place = { file: error.path ?? file, ...nowhere };
  if (code === "ENOSPC" || code === "EDQUOT") {
    const message =
      "There is no space left for the digest files. Make some, and submit the load again";
    return { message, file: error.path ?? null, ...nowhere };
  }
  if (code.startsWith("Z_")) {
    return {
      message: `The gzip file is damaged or cut short: ${error.message}. Copy it or download it again`,
      ...place,
    };
  }
  if (code === "EACCES" || code === "EPERM") {
    return {
      message:
        "Permission denied; expected a file that the digester may read. Have its permissions changed",
      ...place,
    };
  }
  if (code === "ENOENT") {
    return {
      message: "Unexpected Missing File: it was there and is gone",
      plain:
        "The file was there when the load began, and is gone. Put it back, and submit the load again.",
      ...place,
    };
  }
  return { message: `The digest could not go on: ${systemWords(error)}`, ...place };
}

/** Whether a file is gone that was there when the sources were listed. */
export function hasVanished(thrown: unknown): boolean {
  return systemCode(thrown) === "ENOENT";
}
