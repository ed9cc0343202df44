import { randomBytes } from "node:crypto";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import type { Store } from "./store/store.ts";
import type { Users } from "./users.ts";

const tokenSetting = "token";
const firstUserSetting = "gobii-first-user";

const FirstUser = z.object({ name: z.string(), password: z.string() });
type FirstUser = z.infer<typeof FirstUser>;

const secret = (): string => randomBytes(32).toString("base64url");

/**
 * The token of the own API: made once, kept in the store, and written to `<storeDir>/token` for scripts of the same user.
 */
export async function ownToken(store: Store, storeDir: string): Promise<string> {
  const made = secret();
  // Of several services that start at the same time on one record, one makes it.
  const kept = await store.updateSetting(tokenSetting, (known) =>
    typeof known === "string" ? known : made,
  );
  const token = typeof kept === "string" ? kept : made;
  await writeFileAtomic(join(storeDir, "token"), `${token}\n`, { mode: 0o600 });
  return token;
}

/**
 * The user whom the service prints at its start, so that a loader can sign in without any set-up. Made once; its password is
 * kept in the store, which only the owner can read.
 */
export async function firstGobiiUser(store: Store, users: Users): Promise<FirstUser> {
  const made: FirstUser = { name: "loader", password: secret() };
  const user = FirstUser.parse(
    await store.updateSetting(firstUserSetting, (known) =>
      FirstUser.safeParse(known).success ? known : made,
    ),
  );
  if (!(await users.has(user.name))) await users.set(user.name, user.password);
  return user;
}
