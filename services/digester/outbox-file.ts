import { z } from "zod";
import { JobPatch } from "../contract/callback.ts";
import { CallbackTarget } from "../contract/digester.ts";
import { parseJson } from "../gate/parse-json.ts";
import { openAppendLog, readLog } from "./append-log.ts";

/** A callback on its way. */
export const KeptCallback = z.object({
  seq: z.number().int().positive(),
  target: CallbackTarget,
  job: z.number().int().positive(),
  patch: JobPatch,
});
export type KeptCallback = z.infer<typeof KeptCallback>;

const Line = z.union([
  z.object({ put: KeptCallback }),
  z.object({ done: z.number().int().positive() }),
]);

/** The part of the outbox that survives the process. */
export interface OutboxFile {
  /** On disk when `durable`, else at the operating system's leisure. */
  readonly put: (callback: KeptCallback, durable: boolean) => Promise<void>;
  readonly done: (seq: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the file, with what was put and not done in it. */
export async function openOutboxFile(
  path: string,
): Promise<{ file: OutboxFile; kept: KeptCallback[] }> {
  const kept = readKept(await readLog(path));
  const waiting = new Map(kept.map((callback) => [callback.seq, callback]));
  const log = await openAppendLog(path, () => [...waiting.values()].map((put) => ({ put })));
  return {
    kept,
    file: {
      put: (callback, durable) => {
        waiting.set(callback.seq, callback);
        return log.add({ put: callback }, durable ? "on_disk" : "written");
      },
      done: async (seq) => {
        if (waiting.delete(seq)) await log.add({ done: seq }, "soon");
      },
      close: log.close,
    },
  };
}

/**
 * What was put and not done, in the order of its numbers: an ordinary callback comes to disk only when its delivery has
 * failed, which may be after a later one. Lines that are not whole are passed over.
 */
export function readKept(text: string): KeptCallback[] {
  const kept = new Map<number, KeptCallback>();
  for (const line of text.split("\n")) {
    const parsed = Line.safeParse(parseJson(line));
    if (!parsed.success) continue;
    if ("put" in parsed.data) kept.set(parsed.data.put.seq, parsed.data.put);
    else kept.delete(parsed.data.done);
  }
  return [...kept.values()].toSorted((a, b) => a.seq - b.seq);
}
