import { open } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { AppError, coerceError } from "../../contract/errors.ts";
import { firstLine, type NoticeSource } from "./notice.ts";

/** More of the file is nobody's reason. */
const READ_BYTES = 1000;

/** The node ends once the file exists; its first line says why. For sites whose own scripts know. */
export function fileNotice(path: string): NoticeSource {
  if (!isAbsolute(path)) {
    throw new AppError("bad_request", `file:${path}: expected an absolute path.`);
  }
  return {
    name: `file:${path}`,
    check: async () => {
      try {
        const handle = await open(path);
        try {
          const { bytesRead, buffer } = await handle.read(Buffer.alloc(READ_BYTES), 0);
          const said = firstLine(buffer.toString("utf8", 0, bytesRead));
          return { message: said === "" ? `${path} exists.` : said };
        } finally {
          await handle.close();
        }
      } catch (thrown) {
        const error = coerceError(thrown);
        if ("code" in error && error.code === "ENOENT") return null;
        throw new AppError("unavailable", `${path} cannot be read: ${error.message}`, {
          cause: thrown,
        });
      }
    },
  };
}
