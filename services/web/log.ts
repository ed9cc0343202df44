import pino, { type Logger } from "pino";

export type Log = Logger;

/** JSON lines on stderr; stdout belongs to data. */
export function createLog(level = "info"): Log {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
