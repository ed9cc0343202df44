import { createContext, use, useSyncExternalStore } from "react";

/** One timer for every relative time on the page. */
interface Clock {
  readonly subscribe: (listener: () => void) => () => void;
}

const tickMs = 1000;

function makeClock(): Clock {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    subscribe(listener) {
      listeners.add(listener);
      timer ??= setInterval(() => {
        for (const one of listeners) one();
      }, tickMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const ClockContext = createContext<Clock>(makeClock());

/** A text that depends on the time of day: computed each second, drawn again only when it differs. */
export function useTimeText(text: (now: number) => string): string {
  return useSyncExternalStore(use(ClockContext).subscribe, () => text(Date.now()));
}

/** The time of day in whole seconds, for what changes with every one of them. */
export function useNow(): number {
  return useSyncExternalStore(
    use(ClockContext).subscribe,
    () => Math.floor(Date.now() / 1000) * 1000,
  );
}
