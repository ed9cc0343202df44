import { useCallback, useLayoutEffect, useRef } from "react";

/** The same function for the life of the component, doing what the newest `run` does: rows that get it are not redrawn. */
export function useStable<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void {
  const latest = useRef(run);
  useLayoutEffect(() => {
    latest.current = run;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
