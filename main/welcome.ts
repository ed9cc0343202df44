import { existsSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";

/** Whether the person has chosen how to begin: kept beside the rest, since the page's own memory goes with its port. */
export type Welcome = { isOver: () => boolean; end: () => Promise<void> };

/** @param file is there once it is over. */
export function keepWelcome(file: string): Welcome {
  return {
    isOver: () => existsSync(file),
    end: () => writeFileAtomic(file, `${new Date().toISOString()}\n`),
  };
}
