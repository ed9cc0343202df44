import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";

/**
 * Replaces a file so that after any crash either the old or the new content is there: written beside it, brought to disk,
 * renamed over it, and the rename brought to disk as well.
 */
export async function writeDurably(path: string, text: string, mode = 0o600): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, text, { mode });
  await syncDirectory(dirname(path));
}

/** Brings the entries of a directory to disk: what was created, renamed or removed in it. */
async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory; its file systems journal the entries by themselves.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
