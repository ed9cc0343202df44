import { createContext, use, useEffect, useSyncExternalStore } from "react";

/** One timer for every relative time on the page, and what time it is for the service, whose stamps they count from. */
interface Clock {
  readonly subscribe: (listener: () => void) => () => void;
  /** Milliseconds since 1970 by the service's clock. */
  readonly now: () => number;
  /** @param aheadMs by how much the service's clock is ahead of this machine's; negative where it is behind. */
  readonly set: (aheadMs: number) => void;
}

const tickMs = 1000;

function makeClock(): Clock {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    set(aheadMs) {
      if (aheadMs === ahead) return;
      ahead = aheadMs;
      for (const one of listeners) one();
    },
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
  const { subscribe, now } = use(ClockContext);
  return useSyncExternalStore(subscribe, () => text(now()));
}

/** The service's time of day in whole seconds, for what changes with every one of them. */
export function useNow(): number {
  const { subscribe, now } = use(ClockContext);
  return useSyncExternalStore(subscribe, () => wholeSeconds(now()));
}

/** This machine's own, for what it has stamped itself. */
export function useOwnNow(): number {
  return useSyncExternalStore(use(ClockContext).subscribe, () => wholeSeconds(Date.now()));
}

/** Tells the service's time when it is asked. */
export function useClock(): () => number {
  return use(ClockContext).now;
}

/** Sets the page's clock by the service's. */
export function useServiceTime(aheadMs: number): void {
  const { set } = use(ClockContext);
  useEffect(() => set(aheadMs), [set, aheadMs]);
}

function wholeSeconds(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
