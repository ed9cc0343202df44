import pino from "pino";
import { AppError } from "../contract/errors.ts";
import { createLog, type Log, type LogTail } from "../web/log.ts";

const levels = [...Object.values(pino.levels.labels), "silent"];

/**
 * The log of a command that goes on until it is ended, from the level that `DIGESTER_LOG` names; `info` unless it does.
 *
 * @throws AppError `bad_request` where there is no such level.
 */
export function commandLog(tail?: LogTail, level = process.env["DIGESTER_LOG"] || "info"): Log {
  if (levels.includes(level)) return createLog(level, tail);
  throw new AppError(
    "bad_request",
    `DIGESTER_LOG is "${level}". Expected one of ${levels.join(", ")}.`,
  );
}
