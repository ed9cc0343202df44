import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { AppError, coerceError } from "../services/contract/errors.ts";
import type { InstructionFile } from "../services/contract/desktop.ts";

const maximumBytes = 16 * 1024 * 1024;

/**
 * Reads a file that a person chose as an instruction; what it says is checked by the service.
 *
 * @throws AppError when it is no file, too large or cannot be read.
 */
export async function readInstructionFile(path: string): Promise<InstructionFile> {
  const name = basename(path);
  try {
    const info = await stat(path);
    if (!info.isFile()) throw new AppError("bad_request", `${name} is not a file.`);
    if (info.size > maximumBytes) {
      throw new AppError(
        "payload_too_large",
        `${name} has ${Math.ceil(info.size / 1024 / 1024)} MB; an instruction has at most 16 MB.`,
      );
    }
    return { name, path, text: await readFile(path, "utf8") };
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const error = coerceError(thrown);
    throw new AppError("bad_request", `${name} cannot be read: ${error.message}`, { cause: error });
  }
}
