import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { coerceError } from "../contract/errors.ts";
import type { Log } from "./log.ts";
import type { Store } from "./store/store.ts";

/** Work that one of several services on a record does, and another one when that has died. */
interface Stoppable {
  stop(): Promise<void>;
}

const Lead = z.object({ holder: z.string(), until: z.number() });

export interface LeadershipDeps {
  readonly store: Pick<Store, "updateSetting" | "now" | "isShared">;
  readonly log: Pick<Log, "info" | "warn">;
  /** Of the work. */
  readonly name: string;
  readonly start: () => Promise<Stoppable>;
  /** Who is not heard from for so long, in milliseconds, has another one in its place. @default 15,000 */
  readonly leadMs?: number;
}

/**
 * Does the work here while no other service does. The one that leads says so every third of `leadMs`, by the clock of the
 * store; where the store belongs to this service alone, it just does the work.
 */
export async function leadOrWait(deps: LeadershipDeps): Promise<Stoppable> {
  const { store, log, name, start, leadMs = 15_000 } = deps;
  if (!store.isShared) return start();
  const holder = randomUUID();
  const ending = new AbortController();
  let work: Stoppable | null = null;

  const claim = async (until: number): Promise<boolean> => {
    const kept = await store.updateSetting(`lead/${name}`, (value) => {
      const known = Lead.safeParse(value);
      const isFree =
        !known.success || known.data.holder === holder || known.data.until < store.now();
      return isFree ? { holder, until } : value;
    });
    return Lead.safeParse(kept).data?.holder === holder;
  };

  const look = async (): Promise<void> => {
    const leads = await claim(store.now() + leadMs);
    if (leads && work === null) {
      log.info({ name }, "this service leads");
      work = await start();
    }
    if (!leads && work !== null) {
      log.warn({ name }, "another service leads");
      const before = work;
      work = null;
      await before.stop();
    }
  };

  const lookForEver = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await look().catch((thrown: unknown) =>
        log.warn({ err: coerceError(thrown), name }, "leading"),
      );
      await sleep(leadMs / 3, undefined, { signal: ending.signal, ref: false }).catch(
        () => undefined,
      );
    }
  };
  const ended = lookForEver();

  return {
    async stop() {
      ending.abort();
      await ended;
      await work?.stop();
      if (work !== null) await claim(0).catch(() => false);
    },
  };
}
