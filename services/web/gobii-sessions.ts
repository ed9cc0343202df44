import { createHash, randomBytes } from "node:crypto";
import type { Role } from "./crop.ts";
import type { Account } from "./users.ts";

/** The generations of GOBii's clients. They differ in the header that they can read and in the shape of an instruction. */
export type GobiiGeneration = "v1.1" | "v2.1" | "v2.2";

export interface GobiiSession {
  readonly user: string;
  readonly role: Role;
  /** See `Account.everywhere`. */
  readonly everywhere: boolean;
  /** The crop at whose face it was issued, and where alone it counts. */
  readonly crop: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Told by the last request that had a header object; null before the first. */
  readonly generation: GobiiGeneration | null;
}

/** A session as it may be shown: under an id that does not tell the token. */
export interface SessionInfo extends GobiiSession {
  readonly id: string;
}

/**
 * Tokens of the GOBii face (`X-Auth-Token`). They live in memory, as GOBii's own do: a client that meets 401 after a restart
 * signs in again. They end when their time is up, or when they are revoked.
 */
export interface GobiiSessions {
  /** A new token: base64 of 32 random bytes. */
  issue(account: Account, crop: string): Promise<string>;
  /** Takes a token that another GOBii server issued for this account. */
  adopt(token: string, account: Account, crop: string): Promise<void>;
  /** Those that this service knows; others may have been issued by another one. See `learn`. */
  find(token: string): GobiiSession | null;
  /** Finds out about a token, before `find` is asked for it. */
  learn(token: string): Promise<void>;
  /** GET requests say nothing of the client's generation, so it is remembered from the requests that do. */
  rememberGeneration(token: string, generation: GobiiGeneration): Promise<void>;
  /** Those that count now, oldest first. */
  list(): Promise<SessionInfo[]>;
  /** Ends those that the test names. Returns how many. */
  revoke(isMeant: (session: SessionInfo) => boolean): Promise<number>;
}

/** Sessions that can be taken over from another service, and let go of. */
export interface LocalSessions extends GobiiSessions {
  put(token: string, session: GobiiSession): void;
  forget(token: string): void;
}

/** Clients never sign out, so the oldest tokens make room once there are this many. */
const limit = 10_000;
/** A week. */
export const defaultTokenLifeMs = 7 * 24 * 3_600_000;

export interface SessionOptions {
  /** How long a token counts, in milliseconds. @default a week */
  readonly lifeMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export function gobiiSessions(options: SessionOptions = {}): LocalSessions {
  const { lifeMs = defaultTokenLifeMs, now = Date.now } = options;
  const sessions = new Map<string, GobiiSession>();

  function find(token: string): GobiiSession | null {
    const session = sessions.get(token);
    if (session === undefined) return null;
    if (session.expiresAt > now()) return session;
    sessions.delete(token);
    return null;
  }

  async function adopt(token: string, { name, role, everywhere }: Account, crop: string) {
    const issuedAt = now();
    const expiresAt = issuedAt + lifeMs;
    const generation = sessions.get(token)?.generation ?? null;
    put(token, { user: name, role, everywhere, crop, issuedAt, expiresAt, generation });
  }

  function put(token: string, session: GobiiSession): void {
    sessions.delete(token);
    sessions.set(token, session);
    if (sessions.size <= limit) return;
    const oldest = sessions.keys().next();
    if (!oldest.done) sessions.delete(oldest.value);
  }

  const counting = (): Array<{ token: string; info: SessionInfo }> =>
    [...sessions.keys()].flatMap((token) => {
      const session = find(token);
      return session === null
        ? []
        : [{ token, info: { id: sessionId(sessionDigest(token)), ...session } }];
    });

  return {
    async issue(account, crop) {
      const token = randomBytes(32).toString("base64");
      await adopt(token, account, crop);
      return token;
    },
    adopt,
    put,
    forget: (token) => void sessions.delete(token),
    find,
    learn: async () => undefined,
    async rememberGeneration(token, generation) {
      const session = sessions.get(token);
      if (session !== undefined) sessions.set(token, { ...session, generation });
    },
    list: async () => counting().map(({ info }) => info),
    async revoke(isMeant) {
      const meant = counting().filter(({ info }) => isMeant(info));
      for (const { token } of meant) sessions.delete(token);
      return meant.length;
    },
  };
}

/** A token's digest, which does not tell the token. */
export function sessionDigest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** The id under which a session is shown. */
export function sessionId(digest: string): string {
  return digest.slice(0, 16);
}
