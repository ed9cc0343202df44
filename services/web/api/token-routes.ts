import { z } from "zod";
import { AppError } from "../../contract/errors.ts";
import { UserTokens, type UserToken } from "../../contract/service.ts";
import type { GobiiSessions, SessionInfo } from "../gobii-sessions.ts";
import { emptyRoute, route, type Route } from "../http/route.ts";

/** The tokens of users who have signed in at the GOBii face. */
export function tokenRoutes({ sessions }: { readonly sessions: GobiiSessions }): Route[] {
  return [
    route({
      method: "get",
      path: "/tokens",
      summary: "The tokens of users that count now",
      answer: UserTokens,
      handle: async () => ({ body: { tokens: (await sessions.list()).map(toToken) } }),
    }),
    emptyRoute({
      method: "delete",
      path: "/tokens/:id",
      summary: "Revokes a token at once",
      params: z.object({ id: z.string() }),
      async handle({ params }) {
        if ((await sessions.revoke(({ id }) => id === params.id)) > 0) return;
        throw new AppError("not_found", `There is no token "${params.id}".`);
      },
    }),
    emptyRoute({
      method: "delete",
      path: "/users/:name/tokens",
      summary: "Revokes all tokens of a user at once",
      params: z.object({ name: z.string() }),
      async handle({ params }) {
        await sessions.revoke(({ user }) => user === params.name);
      },
    }),
  ];
}

function toToken({ id, user, role, crop, issuedAt, expiresAt }: SessionInfo): UserToken {
  return {
    id,
    user,
    role,
    crop,
    issuedAt: new Date(issuedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
