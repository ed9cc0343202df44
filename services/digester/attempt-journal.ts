import { z } from "zod";
import { JobPatch } from "../contract/callback.ts";
import { CallbackTarget } from "../contract/digester.ts";
import { parseJson } from "../gate/parse-json.ts";
import { openAppendLog, readLog, type Urgency } from "./append-log.ts";

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

const Line = z.union([
  z.object({ add: JournaledAttempt }),
  z.object({ mayPublish: z.string(), completion: JobPatch }),
  z.object({ remove: z.string() }),
]);
type Line = z.infer<typeof Line>;

/** Remembers the staging directories of this life for the next one, should this one be killed. */
export interface AttemptJournal {
  readonly add: (attempt: JournaledAttempt) => Promise<void>;
  /** On disk when it resolves. */
  readonly mayPublish: (staging: string, completion: JobPatch) => Promise<void>;
  readonly remove: (staging: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openAttemptJournal(
  path: string,
): Promise<{ journal: AttemptJournal; left: JournaledAttempt[] }> {
  const attempts = new Map<string, JournaledAttempt>();
  for (const text of (await readLog(path)).split("\n")) {
    const line = Line.safeParse(parseJson(text));
    if (line.success) apply(attempts, line.data);
  }
  const left = [...attempts.values()];
  const log = await openAppendLog(path, () => [...attempts.values()].map((add) => ({ add })));
  const write = (line: Line, urgency: Urgency): Promise<void> => {
    apply(attempts, line);
    return log.add(line, urgency);
  };
  return {
    left,
    journal: {
      add: (attempt) => write({ add: attempt }, "written"),
      mayPublish: (staging, completion) => write({ mayPublish: staging, completion }, "on_disk"),
      remove: (staging) => write({ remove: staging }, "soon"),
      close: log.close,
    },
  };
}

function apply(attempts: Map<string, JournaledAttempt>, line: Line): void {
  if ("add" in line) attempts.set(line.add.staging, line.add);
  else if ("remove" in line) attempts.delete(line.remove);
  else {
    const attempt = attempts.get(line.mayPublish);
    if (attempt !== undefined) {
      attempts.set(line.mayPublish, { ...attempt, completion: line.completion });
    }
  }
}
