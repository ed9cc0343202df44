import { createHmac, randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { coerceError } from "../../contract/errors.ts";
import type { Crop, Role } from "../crop.ts";
import type { GobiiGeneration, GobiiSessions } from "../gobii-sessions.ts";
import type { Account, Accounts } from "../users.ts";
import type { Refusal, Upstream } from "./upstream.ts";

/** Who asks. */
export interface Identity {
  readonly user: string;
  readonly role: Role;
  readonly token: string;
  /** What the token is known for; null before the first request that tells. */
  readonly generation: GobiiGeneration | null;
  /** Signed in with this very request, which the answer then repeats. */
  readonly byPassword: boolean;
}

export interface Authenticator {
  /**
   * Where neither a token nor a name with its password is right: null, or what the GOBii server behind this one said.
   *
   * @throws AppError `upstream_failed` when the one who would know does not answer.
   */
  (headers: IncomingHttpHeaders, purpose: "sign-in" | "call"): Promise<Identity | Refusal | null>;
}

export interface AuthenticatorDeps {
  readonly crop: Crop;
  readonly users: Accounts;
  readonly sessions: Pick<GobiiSessions, "issue" | "adopt" | "find">;
  readonly upstream: Pick<Upstream, "signIn"> | null;
}

/**
 * The filter before every call of the GOBii face: `Authorization: Bearer` or `X-Auth-Token` with a known token, else
 * `X-Username` and `X-Password`, which are accepted on any URL.
 *
 * Each sign-in has its own token. Someone who sends the password with each call has one token for all of them, lest a
 * poller pushes everyone else's tokens out.
 *
 * With a GOBii server behind, a name is signed in there as well, and its token becomes ours: so one token is good for
 * what we answer and for what is forwarded. Users who are known there alone have the role that the configuration gives
 * them; users who are known here alone get a token of our own, with which the other server answers nothing.
 */
export function authenticator(deps: AuthenticatorDeps): Authenticator {
  const { crop, users, sessions, upstream } = deps;
  const callers = new Map<string, string>();
  const secret = randomBytes(32);
  const callerId = (user: string, password: string): string =>
    createHmac("sha256", secret)
      .update(JSON.stringify([user, password]))
      .digest("base64");

  const sessionOf = (token: string) => {
    const session = sessions.find(token);
    return session?.crop === crop.name ? session : null;
  };

  async function signIn(user: string, password: string): Promise<string | Refusal | null> {
    const [local, remote] = await Promise.all([
      users.verify(user, password),
      askUpstream(upstream, user, password),
    ]);
    const account = local ?? ("token" in remote ? upstreamAccount(crop, user) : null);
    if (account !== null && !("token" in remote)) return sessions.issue(account, crop.name);
    if (account !== null && "token" in remote) {
      await sessions.adopt(remote.token, account, crop.name);
      return remote.token;
    }
    if ("failure" in remote) throw remote.failure;
    return "status" in remote ? remote : null;
  }

  return async (headers, purpose) => {
    for (const token of tokensIn(headers)) {
      const session = sessionOf(token);
      if (session !== null) return { ...session, token, byPassword: false };
    }
    const user = single(headers["x-username"]);
    const password = single(headers["x-password"]);
    if (user === null || password === null) return null;

    const caller = callerId(user, password);
    const known = purpose === "call" ? callers.get(caller) : undefined;
    const found = known === undefined ? null : sessionOf(known);
    if (known !== undefined && found !== null) return { ...found, token: known, byPassword: true };
    callers.delete(caller);

    const token = await signIn(user, password);
    if (typeof token !== "string") return token;
    if (purpose === "call") callers.set(caller, token);
    const session = sessionOf(token);
    return session === null ? null : { ...session, token, byPassword: true };
  };
}

type Asked =
  { readonly token: string } | Refusal | { readonly failure: Error } | { readonly none: true };

async function askUpstream(
  upstream: AuthenticatorDeps["upstream"],
  user: string,
  password: string,
): Promise<Asked> {
  if (upstream === null) return { none: true };
  try {
    return await upstream.signIn(user, password);
  } catch (thrown) {
    return { failure: coerceError(thrown) };
  }
}

function upstreamAccount({ upstream }: Crop, name: string): Account | null {
  if (upstream === undefined) return null;
  const own = Object.hasOwn(upstream.roles, name) ? upstream.roles[name] : undefined;
  return { name, role: own ?? upstream.role, everywhere: false };
}

function tokensIn(headers: IncomingHttpHeaders): string[] {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? "")?.[1];
  return [bearer ?? null, single(headers["x-auth-token"])].filter((token) => token !== null);
}

function single(value: string | string[] | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
