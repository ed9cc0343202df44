import { z } from "zod";
import { roles } from "./crop.ts";
import {
  gobiiSessions,
  sessionDigest,
  sessionId,
  type GobiiSession,
  type GobiiSessions,
  type SessionInfo,
  type SessionOptions,
} from "./gobii-sessions.ts";
import type { Store } from "./store/store.ts";

const prefix = "session/";
/** So long a service believes what it has learned of a token: a revoked one may count for that long elsewhere. */
const believedMs = 2000;
const betweenSweepsMs = 3_600_000;

const Kept: z.ZodType<GobiiSession> = z.object({
  user: z.string(),
  role: z.enum(roles),
  everywhere: z.boolean(),
  crop: z.string(),
  issuedAt: z.number(),
  expiresAt: z.number(),
  generation: z.enum(["v1.1", "v2.1", "v2.2"]).nullable(),
});

/**
 * Sessions that count at each of several services on one record. The record has a token's digest only, so that who reads it
 * cannot sign in.
 */
export function sharedSessions(store: Store, options: SessionOptions = {}): GobiiSessions {
  const { now = Date.now } = options;
  const local = gobiiSessions({ ...options, now });
  const learnedAt = new Map<string, number>();
  let sweptAt = -Infinity;

  async function tell(token: string): Promise<void> {
    const session = local.find(token);
    if (session !== null) await store.setSetting(prefix + sessionDigest(token), session);
    if (now() < sweptAt + betweenSweepsMs) return;
    sweptAt = now();
    for (const { name, session: kept } of await all()) {
      if (kept === null || kept.expiresAt <= now()) await store.setSetting(name, undefined);
    }
  }

  async function all(): Promise<Array<{ name: string; session: GobiiSession | null }>> {
    const settings = await store.settings(prefix);
    return settings.map(({ name, value }) => ({
      name,
      session: Kept.safeParse(value).data ?? null,
    }));
  }

  async function counting(): Promise<Array<{ name: string; info: SessionInfo }>> {
    return (await all())
      .flatMap(({ name, session }) =>
        session === null || session.expiresAt <= now()
          ? []
          : [{ name, info: { id: sessionId(name.slice(prefix.length)), ...session } }],
      )
      .toSorted((a, b) => a.info.issuedAt - b.info.issuedAt);
  }

  return {
    find: (token) => local.find(token),
    async issue(account, crop) {
      const token = await local.issue(account, crop);
      await tell(token);
      return token;
    },
    async adopt(token, account, crop) {
      await this.learn(token);
      await local.adopt(token, account, crop);
      await tell(token);
    },
    async learn(token) {
      const at = learnedAt.get(token);
      if (at !== undefined && local.find(token) !== null && Math.abs(now() - at) < believedMs)
        return;
      const known = Kept.safeParse(await store.setting(prefix + sessionDigest(token)));
      if (known.success) {
        local.put(token, known.data);
        learnedAt.set(token, now());
      } else {
        local.forget(token);
        learnedAt.delete(token);
      }
    },
    async rememberGeneration(token, generation) {
      if (local.find(token)?.generation === generation) return;
      await local.rememberGeneration(token, generation);
      await tell(token);
    },
    list: async () => (await counting()).map(({ info }) => info),
    async revoke(isMeant) {
      const meant = (await counting()).filter(({ info }) => isMeant(info));
      for (const { name } of meant) await store.setSetting(name, undefined);
      await local.revoke(isMeant);
      return meant.length;
    },
  };
}
