import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { makeDirectory } from "../gate/make-directory.ts";
import { syncDirectory } from "../gate/sync-directory.ts";

/**
 * Replaces a file so that after any crash either the old or the new content is there: written beside it, brought to disk,
 * renamed over it, and the rename brought to disk as well.
 */
export async function writeDurably(path: string, text: string, mode = 0o600): Promise<void> {
  await makeDirectory(dirname(path), 0o700);
  await writeFileAtomic(path, text, { mode });
  await syncDirectory(dirname(path));
}
