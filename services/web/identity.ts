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
  const known = await store.setting(tokenSetting);
  const token = typeof known === "string" ? known : secret();
  if (known !== token) await store.setSetting(tokenSetting, token);
  await writeFileAtomic(join(storeDir, "token"), `${token}\n`, { mode: 0o600 });
  return token;
}

/**
 * The user whom the service prints at its start, so that a loader can sign in without any set-up. Made once; its password is
 * kept in the store, which only the owner can read.
 */
export async function firstGobiiUser(store: Store, users: Users): Promise<FirstUser> {
  const known = FirstUser.safeParse(await store.setting(firstUserSetting));
  if (known.success) return known.data;
  const user: FirstUser = { name: "loader", password: secret() };
  await users.set(user.name, user.password);
  await store.setSetting(firstUserSetting, user);
  return user;
}
