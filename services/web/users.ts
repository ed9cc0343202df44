import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import type { Store } from "./store/store.ts";

/** People and programs that may sign in at the GOBii face. Passwords are kept as salted scrypt hashes only. */
export interface Users {
  /** Whether this is a user with this password. Takes the same time whether or not the name exists. */
  verify(name: string, password: string): Promise<boolean>;
  has(name: string): Promise<boolean>;
  /** Adds a user, or gives one a new password. On disk when the promise resolves. */
  set(name: string, password: string): Promise<void>;
}

const Hash = z.object({ salt: z.string(), hash: z.string() });
type Hash = z.infer<typeof Hash>;

const settingOf = (name: string): string => `user/${name}`;
const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const keyLength = 32;

/** Users whose hashes lie in the store's settings. */
export function storedUsers(store: Store): Users {
  const find = async (name: string): Promise<Hash | null> =>
    Hash.nullable()
      .catch(null)
      .parse((await store.setting(settingOf(name))) ?? null);

  return {
    async verify(name, password) {
      const known = await find(name);
      const given = await hashOf(password, known?.salt ?? "");
      return known !== null && timingSafeEqual(given, Buffer.from(known.hash, "base64"));
    },
    async has(name) {
      return (await find(name)) !== null;
    },
    async set(name, password) {
      const salt = randomBytes(16).toString("base64");
      const hash = (await hashOf(password, salt)).toString("base64");
      await store.setSetting(settingOf(name), { salt, hash } satisfies Hash);
    },
  };
}

async function hashOf(password: string, salt: string): Promise<Buffer> {
  return derive(password, Buffer.from(salt, "base64"), keyLength);
}
