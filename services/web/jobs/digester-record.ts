import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { Store } from "../store/store.ts";

/** What is remembered of a digester over restarts, as a setting of the store. */
export const DigesterRecord = z.object({
  id: z.string(),
  url: z.string(),
  /** What it wants to see from us. */
  token: z.string(),
  /** What it shows us with its callbacks. */
  callbackToken: z.string(),
  /** The base that its callbacks go to. */
  callbackUrl: z.string(),
  attachedAt: z.number(),
  boot: z.string().nullable(),
  /** Detached ones may finish what they run, and nothing else. */
  detached: z.boolean(),
  /** An event has told that it cannot be reached, so one tells when it is back. */
  lost: z.boolean().default(false),
  /** Of several services on the record, the one that it asks for its work, by the URL for the others; null: any. */
  askedAt: z.string().nullable().default(null),
});
export type DigesterRecord = z.infer<typeof DigesterRecord>;

const prefix = "digester/";

/** All that are remembered. One that was written by another version and cannot be read is left out. */
export async function loadDigesters(store: Store): Promise<DigesterRecord[]> {
  const settings = await store.settings(prefix);
  return settings.flatMap(({ value }) => {
    const parsed = DigesterRecord.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
}

/**
 * Changes what is remembered of a digester by what it is: another service on the same record may have changed it.
 *
 * @param decide is pure; what it throws is passed on.
 */
export async function changeDigester(
  store: Store,
  id: string,
  decide: (known: DigesterRecord | null) => DigesterRecord,
): Promise<DigesterRecord> {
  const kept = await store.updateSetting(prefix + id, (value) =>
    decide(DigesterRecord.safeParse(value).data ?? null),
  );
  return DigesterRecord.parse(kept);
}

/** Removes what is remembered of a digester. */
export async function forgetDigester(store: Store, id: string): Promise<void> {
  await store.setSetting(prefix + id, undefined);
}

/** 32 random bytes as base64url, for a digester to be known by. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** Tokens are looked up by their digest, so that the time of a look-up tells nothing about a token. */
export function tokenDigest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
