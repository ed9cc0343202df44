import { createContext, use } from "react";

/** Data files that were dropped anywhere on the console, until the page that sends them has taken them. */
export interface DroppedFiles {
  /** Rises with each drop. */
  readonly drops: number;
  /** Those that wait; none a second time. */
  readonly take: () => readonly File[];
}

export const DroppedFilesContext = createContext<DroppedFiles>({
  drops: 0,
  take: () => [],
});

export function useDroppedFiles(): DroppedFiles {
  return use(DroppedFilesContext);
}
