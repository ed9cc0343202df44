import { open } from "node:fs/promises";

/** Brings the entries of a directory to disk: what was made, renamed or removed in it. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory; its file systems journal the entries by themselves.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
