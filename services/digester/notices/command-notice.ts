import { execFile } from "node:child_process";
import { isAbsolute } from "node:path";
import { AppError } from "../../contract/errors.ts";
import { firstLine, type NoticeSource } from "./notice.ts";

const TIMEOUT_MS = 5000;

/**
 * The node ends once the command ends with 0; the first line that it prints says why. 1 means that the node stays, as with
 * `grep` and `test`. It is run without a shell and without arguments.
 */
export function commandNotice(path: string): NoticeSource {
  if (!isAbsolute(path)) {
    throw new AppError("bad_request", `command:${path}: expected an absolute path.`);
  }
  return {
    name: `command:${path}`,
    check: (signal) =>
      new Promise((resolve, reject) => {
        execFile(path, { signal, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 }, (error, stdout) => {
          const said = firstLine(stdout);
          if (error === null) resolve({ message: said === "" ? `${path} says so.` : said });
          else if (error.code === 1) resolve(null);
          else {
            const how = error.killed === true ? `did not end in ${TIMEOUT_MS} ms` : error.message;
            reject(new AppError("unavailable", `${path}: ${how}`, { cause: error }));
          }
        });
      }),
  };
}
