import { useCallback, useSyncExternalStore } from "react";
import { readKept, writeKept } from "./kept.ts";

/**
 * One of a few words, kept in this browser under a name; the first choice where nothing is kept or something unknown is. All
 * windows follow. Cheap enough for every cell of a long list: it writes only when it is set.
 */
export function useKept<T extends string>(
  name: string,
  choices: readonly [T, ...T[]],
): [T, (choice: T) => void] {
  const kept = useSyncExternalStore(onKept, () => readKept(name));
  const set = useCallback(
    (choice: T) => {
      writeKept(name, choice);
      // The browser tells the other windows only.
      window.dispatchEvent(new StorageEvent("storage", { key: name, newValue: choice }));
    },
    [name],
  );
  return [choices.find((choice) => choice === kept) ?? choices[0], set];
}

function onKept(listener: () => void): () => void {
  window.addEventListener("storage", listener);
  return () => window.removeEventListener("storage", listener);
}
