import { join } from "node:path";
import { isDatabaseUrl } from "./database-url.ts";
import { openLowdbStore } from "./lowdb-store.ts";
import type { FillableStore } from "./transfer.ts";

export interface OpenStoreOptions {
  /** Told what a person should know of: what was mended at start, what could not be written. */
  readonly onWarning: (message: string) => void;
  /** Told of each write how many milliseconds it took, its flush to disk counted in. */
  readonly onWrite?: (ms: number) => void;
}

/** Where a data directory has its store. */
export function storeFolderOf(dataDir: string): string {
  return join(dataDir, ".digester-web");
}

/**
 * Opens the store in a folder, or the one that a database URL names. What a database needs is loaded for a database only.
 *
 * @throws AppError `unavailable` when it cannot be opened, `bad_request` for a URL that is none.
 */
export async function openStore(place: string, options: OpenStoreOptions): Promise<FillableStore> {
  if (!isDatabaseUrl(place)) return openLowdbStore(place, options);
  const { openPostgresStore } = await import("./postgres/postgres-store.ts");
  return openPostgresStore(place, options);
}
