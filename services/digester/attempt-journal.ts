import { z } from "zod";
import writeFileAtomic from "write-file-atomic";
import { JobPatch } from "../contract/callback.ts";
import { CallbackTarget } from "../contract/digester.ts";
import { writeDurably } from "./durable-files.ts";
import { parseJson, readText } from "./state-dir.ts";

/** An attempt that has a staging directory. */
export const JournaledAttempt = z.object({
  staging: z.string(),
  destination: z.string(),
  made: z.string().nullable(),
  job: z.number().int().positive(),
  attempt: z.number().int().positive(),
  target: CallbackTarget,
  /** What will be reported once its files stand in the destination; set when it was allowed to move them there. */
  completion: JobPatch.nullable(),
});
export type JournaledAttempt = z.infer<typeof JournaledAttempt>;

/** Remembers the staging directories of this life for the next one, should this one be killed. */
export interface AttemptJournal {
  readonly add: (attempt: JournaledAttempt) => Promise<void>;
  /** On disk when it resolves. */
  readonly mayPublish: (staging: string, completion: JobPatch) => Promise<void>;
  readonly remove: (staging: string) => Promise<void>;
}

export async function openAttemptJournal(
  path: string,
): Promise<{ journal: AttemptJournal; left: JournaledAttempt[] }> {
  const parsed = z.array(JournaledAttempt).safeParse(parseJson((await readText(path)) ?? "[]"));
  const left = parsed.success ? parsed.data : [];
  const attempts = new Map(left.map((attempt) => [attempt.staging, attempt]));
  let turn: Promise<unknown> = Promise.resolve();

  const write = (durable: boolean): Promise<void> => {
    const text = JSON.stringify([...attempts.values()]);
    const done = turn.then(() =>
      durable
        ? writeDurably(path, text)
        : writeFileAtomic(path, text, { mode: 0o600, fsync: false }),
    );
    turn = done.catch(() => undefined);
    return done;
  };

  return {
    left,
    journal: {
      add: (attempt) => {
        attempts.set(attempt.staging, attempt);
        return write(false);
      },
      mayPublish: (staging, completion) => {
        const attempt = attempts.get(staging);
        if (attempt !== undefined) attempts.set(staging, { ...attempt, completion });
        return write(true);
      },
      remove: (staging) => {
        attempts.delete(staging);
        return write(false);
      },
    },
  };
}
