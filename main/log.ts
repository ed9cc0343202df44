import { renameSync, statSync } from "node:fs";
import { pino } from "pino";
import type { Logger } from "pino";
import { lineFormat, type LogTail } from "../services/web/log.ts";

/** A log larger than this is put aside at the next start, over the one that was put aside before. */
const keptBytes = 10 * 1024 * 1024;

/**
 * JSON lines in `file`, and on stderr for whoever started the app from a terminal. Written at once: the last line before
 * a crash is the one that matters.
 */
export function openLog(file: string, tail?: LogTail): Logger {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > keptBytes) {
    renameSync(file, `${file}.old`);
  }
  return pino(
    lineFormat,
    pino.multistream([
      { stream: pino.destination({ dest: file, mkdir: true, sync: true }) },
      { stream: pino.destination({ dest: 2, sync: true }) },
      ...(tail === undefined ? [] : [{ stream: tail }]),
    ]),
  );
}
