import { createContext, use } from "react";

/** Opens the list of keys. */
export const ShowKeysContext = createContext<() => void>(() => undefined);

export function useShowKeys(): () => void {
  return use(ShowKeysContext);
}
