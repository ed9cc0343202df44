import type { IncomingHttpHeaders } from "node:http";
import type { GobiiGeneration, GobiiSessions } from "../gobii-sessions.ts";
import type { Users } from "../users.ts";

/** Who asks. */
export interface Identity {
  readonly user: string;
  readonly token: string;
  /** What the token is known for; null before the first request that tells. */
  readonly generation: GobiiGeneration | null;
  /** Signed in with this very request, which the answer then repeats. */
  readonly byPassword: boolean;
}

export interface Authenticator {
  /** Null where neither a token nor a name with its password is right. */
  (headers: IncomingHttpHeaders, purpose: "sign-in" | "call"): Promise<Identity | null>;
}

/**
 * The filter before every call of the GOBii face: `Authorization: Bearer` or `X-Auth-Token` with a known token, else
 * `X-Username` and `X-Password`, which are accepted on any URL.
 *
 * Each sign-in has its own token. Someone who sends the password with each call has one token for all of them, lest a
 * poller pushes everyone else's tokens out.
 */
export function authenticator(
  users: Pick<Users, "verify">,
  sessions: Pick<GobiiSessions, "issue" | "find">,
): Authenticator {
  const tokenOfCaller = new Map<string, string>();

  function tokenFor(user: string, purpose: "sign-in" | "call"): string {
    const known = purpose === "call" ? tokenOfCaller.get(user) : undefined;
    if (known !== undefined && sessions.find(known) !== null) return known;
    const token = sessions.issue(user);
    if (purpose === "call") tokenOfCaller.set(user, token);
    return token;
  }

  return async (headers, purpose) => {
    for (const token of tokensIn(headers)) {
      const session = sessions.find(token);
      if (session !== null) return { ...session, token, byPassword: false };
    }
    const user = single(headers["x-username"]);
    const password = single(headers["x-password"]);
    if (user === null || password === null) return null;
    if (!(await users.verify(user, password))) return null;
    const token = tokenFor(user, purpose);
    return { user, token, generation: sessions.find(token)?.generation ?? null, byPassword: true };
  };
}

function tokensIn(headers: IncomingHttpHeaders): string[] {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? "")?.[1];
  return [bearer ?? null, single(headers["x-auth-token"])].filter((token) => token !== null);
}

function single(value: string | string[] | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
