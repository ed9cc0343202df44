import { randomBytes } from "node:crypto";

/** The generations of GOBii's clients. They differ in the header that they can read and in the shape of an instruction. */
export type GobiiGeneration = "v1.1" | "v2.1" | "v2.2";

export interface GobiiSession {
  readonly user: string;
  /** Told by the last request that had a header object; null before the first. */
  readonly generation: GobiiGeneration | null;
}

/**
 * Tokens of the GOBii face (`X-Auth-Token`). They live in memory, as GOBii's own do: a client that meets 401 after a restart
 * signs in again.
 */
export interface GobiiSessions {
  /** A new token: base64 of 32 random bytes. */
  issue(user: string): string;
  find(token: string): GobiiSession | null;
  /** GET requests say nothing of the client's generation, so it is remembered from the requests that do. */
  rememberGeneration(token: string, generation: GobiiGeneration): void;
}

/** Clients never sign out, so the oldest tokens make room once there are this many. */
const limit = 10_000;

export function gobiiSessions(): GobiiSessions {
  const sessions = new Map<string, GobiiSession>();
  return {
    issue(user) {
      const token = randomBytes(32).toString("base64");
      sessions.set(token, { user, generation: null });
      if (sessions.size > limit) {
        const oldest = sessions.keys().next();
        if (!oldest.done) sessions.delete(oldest.value);
      }
      return token;
    },
    find: (token) => sessions.get(token) ?? null,
    rememberGeneration(token, generation) {
      const session = sessions.get(token);
      if (session !== undefined) sessions.set(token, { ...session, generation });
    },
  };
}
