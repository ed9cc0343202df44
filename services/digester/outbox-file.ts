import { open, readFile, type FileHandle } from "node:fs/promises";
import { z } from "zod";
import { JobPatch } from "../contract/callback.ts";
import { CallbackTarget } from "../contract/digester.ts";
import { coerceError } from "../contract/errors.ts";
import { writeDurably } from "./durable-files.ts";

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

/** Lines after which the file is written anew with what is still on its way. */
const COMPACT_AFTER = 2000;

/**
 * An append-only file of JSON lines, `{put}` and `{done}`. It may end anywhere, also in the middle of a line: what is whole
 * counts.
 */
export async function openOutboxFile(
  path: string,
): Promise<{ file: OutboxFile; kept: KeptCallback[] }> {
  const kept = readKept(await readIfThere(path));
  const waiting = new Map(kept.map((callback) => [callback.seq, callback]));
  let lines = 0;
  let handle: FileHandle | null = null;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  /** One change at a time: an append must not fall between a rewrite and its rename. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(() => (closed ? undefined : work()));
    turn = done.catch(() => undefined);
    return done;
  };

  const rewrite = async (): Promise<void> => {
    await handle?.close();
    handle = null;
    const text = [...waiting.values()].map((put) => `${JSON.stringify({ put })}\n`).join("");
    await writeDurably(path, text);
    handle = await open(path, "a", 0o600);
    lines = waiting.size;
  };

  const append = async (line: unknown, durable: boolean): Promise<void> => {
    if (handle === null || lines >= COMPACT_AFTER + waiting.size) await rewrite();
    await handle?.appendFile(`${JSON.stringify(line)}\n`);
    if (durable) await handle?.datasync();
    lines += 1;
  };

  // A torn last line must not swallow the first line that is appended after it.
  await inTurn(rewrite);
  return {
    kept,
    file: {
      put: (callback, durable) =>
        inTurn(async () => {
          await append({ put: callback }, durable);
          waiting.set(callback.seq, callback);
        }),
      done: (seq) =>
        inTurn(async () => {
          if (!waiting.delete(seq)) return;
          await append({ done: seq }, false);
        }),
      close: () =>
        inTurn(async () => {
          closed = true;
          await handle?.close();
        }),
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
    const parsed = Line.safeParse(parseLine(line));
    if (!parsed.success) continue;
    if ("put" in parsed.data) kept.set(parsed.data.put.seq, parsed.data.put);
    else kept.delete(parsed.data.done);
  }
  return [...kept.values()].toSorted((a, b) => a.seq - b.seq);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const error: Error & { code?: unknown } = coerceError(thrown);
    if (error.code === "ENOENT") return "";
    throw error;
  }
}
