import type { z } from "zod";

const prefix = "digester-draft ";
/** Longer ones are not kept: a window keeps 5 MB in all. */
const mostCharacters = 500_000;

/** What was written under a name in this window and not sent yet; null where there is nothing. */
export function readDraft<T>(name: string, schema: z.ZodType<T>): T | null {
  try {
    const text = sessionStorage.getItem(prefix + name);
    return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null);
  } catch {
    return null;
  }
}

/** Keeps what is being written until it is sent, so that a reload does not cost it; null forgets it. */
export function writeDraft(name: string, value: unknown): void {
  try {
    const text = JSON.stringify(value);
    if (value === null || text.length > mostCharacters) sessionStorage.removeItem(prefix + name);
    else sessionStorage.setItem(prefix + name, text);
  } catch {
    // A browser that keeps nothing still takes everything.
  }
}
