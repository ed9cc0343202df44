import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { roles, type Role } from "./crop.ts";
import type { Store } from "./store/store.ts";

/** Someone whose password was right. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  /** Whether the account is the whole service's, and so good for its own API; else it is one crop's. */
  readonly everywhere: boolean;
}

/** Who may sign in. */
export interface Accounts {
  /** The account of this name and password, or null. Takes the same time whether or not the name exists. */
  verify(name: string, password: string): Promise<Account | null>;
}

/** Accounts by name, each with what is kept of its password. */
export interface UserList {
  find(name: string): Promise<{ readonly account: Account; readonly password: Hash } | null>;
}

/** People and programs whose passwords are kept in the store, as salted scrypt hashes only. */
export interface Users extends UserList {
  has(name: string): Promise<boolean>;
  /** Adds a user, or gives one a new password. On disk when the promise resolves. */
  set(name: string, password: string): Promise<void>;
}

interface Hash {
  readonly salt: string;
  readonly hash: string;
}

const StoredUser = z.object({
  salt: z.string(),
  hash: z.string(),
  role: z.enum(roles).default("submit"),
});

const settingOf = (name: string): string => `user/${name}`;
const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const keyLength = 32;

/** Users whose hashes lie in the store's settings. */
export function storedUsers(store: Store): Users {
  const read = async (name: string) =>
    StoredUser.nullable()
      .catch(null)
      .parse((await store.setting(settingOf(name))) ?? null);

  return {
    async find(name) {
      const known = await read(name);
      if (known === null) return null;
      const { role, ...password } = known;
      return { account: { name, role, everywhere: true }, password };
    },
    async has(name) {
      return (await read(name)) !== null;
    },
    async set(name, password) {
      await store.setSetting(settingOf(name), await hashed(password));
    },
  };
}

/** A user as a configuration file names it. */
export interface ConfiguredUser {
  readonly name: string;
  readonly passwordHash: string;
  readonly role: Role;
}

/** Users of a configuration file. */
export function configuredUsers(users: readonly ConfiguredUser[], everywhere: boolean): UserList {
  const byName = new Map(users.map((user) => [user.name, user]));
  return {
    async find(name) {
      const known = byName.get(name);
      const password = known === undefined ? null : readHash(known.passwordHash);
      if (known === undefined || password === null) return null;
      return { account: { name, role: known.role, everywhere }, password };
    },
  };
}

/** Whoever stands in one of the lists; where a name stands in several, each of its passwords is right. */
export function accountsIn(lists: readonly UserList[]): Accounts {
  return {
    async verify(name, password) {
      const found = await Promise.all(lists.map((list) => list.find(name)));
      const known = found.filter((one) => one !== null);
      for (const one of known) {
        if (await matches(password, one.password)) return one.account;
      }
      // As long as a wrong password would take.
      if (known.length === 0) await hashOf(password, "");
      return null;
    },
  };
}

/** The form in which a configuration file keeps a password: `scrypt:<salt>:<hash>`, both in base64. */
export async function hashPassword(password: string): Promise<string> {
  const { salt, hash } = await hashed(password);
  return `scrypt:${salt}:${hash}`;
}

const hashForm = /^scrypt:([A-Za-z0-9+/]{16,}={0,2}):([A-Za-z0-9+/]{43}=)$/;

/** Whether a text has the form that `hashPassword` returns. */
export function isPasswordHash(text: string): boolean {
  return hashForm.test(text);
}

function readHash(text: string): Hash | null {
  const [, salt, hash] = hashForm.exec(text) ?? [];
  return salt === undefined || hash === undefined ? null : { salt, hash };
}

async function matches(password: string, { salt, hash }: Hash): Promise<boolean> {
  const expected = Buffer.from(hash, "base64");
  const given = await hashOf(password, salt);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function hashed(password: string): Promise<Hash> {
  const salt = randomBytes(16).toString("base64");
  return { salt, hash: (await hashOf(password, salt)).toString("base64") };
}

async function hashOf(password: string, salt: string): Promise<Buffer> {
  return derive(password, Buffer.from(salt, "base64"), keyLength);
}
