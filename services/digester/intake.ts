import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Dispatch } from "../contract/digester.ts";
import { makeDirectory } from "../gate/make-directory.ts";
import { parseJson } from "../gate/parse-json.ts";
import { writeDurably } from "./durable-files.ts";
import { readText } from "./state-dir.ts";

const Kept = z.object({
  dispatch: Dispatch,
  /** Whether this attempt was claimed: a later life then claims the next one. */
  claimed: z.boolean(),
});
type Kept = z.infer<typeof Kept>;

/**
 * Jobs that were taken from callers who keep no record that this digester could ask for again. They are on disk before the
 * caller is answered, until their outcome is.
 */
export interface Intake {
  /** Keeps it, or keeps its newer attempt in the place of the older. */
  readonly keep: (dispatch: Dispatch) => Promise<void>;
  /** Its attempt has begun. Does nothing for a job that is not kept. */
  readonly claimed: (dispatch: Dispatch) => Promise<void>;
  /** Lets go of this attempt and older ones; a newer one stays. */
  readonly forget: (dispatch: Dispatch) => Promise<void>;
  /** What an earlier life took and did not bring to an end, each with the attempt to claim it with. */
  readonly list: () => Promise<Dispatch[]>;
}

export async function openIntake(directory: string): Promise<Intake> {
  await makeDirectory(directory, 0o700);
  const pathOf = ({ job, callback }: Dispatch): string => {
    const caller = createHash("sha256").update(callback.url).digest("hex").slice(0, 16);
    return join(directory, `${caller}-${job}.json`);
  };
  /** Most jobs are not kept here, and need not be looked for on disk. */
  const paths = new Set((await readdir(directory)).map((name) => join(directory, name)));
  const write = async (kept: Kept): Promise<void> => {
    const path = pathOf(kept.dispatch);
    paths.add(path);
    await writeDurably(path, JSON.stringify(kept));
  };
  const readKept = async (dispatch: Dispatch): Promise<Kept | null> => {
    const path = pathOf(dispatch);
    return paths.has(path) ? read(path) : null;
  };

  return {
    keep: (dispatch) => write({ dispatch, claimed: false }),
    claimed: async (dispatch) => {
      const kept = await readKept(dispatch);
      if (kept?.dispatch.attempt === dispatch.attempt) await write({ dispatch, claimed: true });
    },
    forget: async (dispatch) => {
      const kept = await readKept(dispatch);
      if (kept !== null && kept.dispatch.attempt <= dispatch.attempt) {
        await rm(pathOf(dispatch), { force: true });
        paths.delete(pathOf(dispatch));
      }
    },
    list: async () => {
      const names = await readdir(directory);
      const kept = await Promise.all(
        names.filter((name) => name.endsWith(".json")).map((name) => read(join(directory, name))),
      );
      return kept
        .filter((one) => one !== null)
        .map(({ dispatch, claimed }) => ({
          ...dispatch,
          attempt: claimed ? dispatch.attempt + 1 : dispatch.attempt,
        }));
    },
  };
}

async function read(path: string): Promise<Kept | null> {
  const text = await readText(path);
  return text === null ? null : (Kept.safeParse(parseJson(text)).data ?? null);
}
