import { backoffMs } from "./outbox.ts";

/** Who did not answer when a job of theirs was to be claimed, and until when they are left alone. */
export interface CallerWatch {
  /** Why no job of this caller is started now, in words; null when nothing speaks against it. */
  readonly problem: (url: string) => string | null;
  readonly failed: (url: string, why: string) => void;
  readonly answered: (url: string) => void;
  readonly close: () => void;
}

interface Silence {
  readonly tries: number;
  readonly why: string;
  readonly timer: NodeJS.Timeout;
  resting: boolean;
}

/** @param onChange called when a caller may be tried again. */
export function createCallerWatch(onChange: () => void): CallerWatch {
  const silent = new Map<string, Silence>();

  return {
    problem: (url) => {
      const silence = silent.get(url);
      if (silence === undefined || !silence.resting) return null;
      return `Its caller at ${new URL(url).host} does not answer (${silence.why}); trying again and again.`;
    },
    failed: (url, why) => {
      const before = silent.get(url);
      if (before?.resting === true) return;
      const tries = (before?.tries ?? 0) + 1;
      const silence: Silence = {
        tries,
        why,
        resting: true,
        timer: setTimeout(() => {
          silence.resting = false;
          onChange();
        }, backoffMs(tries)),
      };
      silent.set(url, silence);
    },
    answered: (url) => {
      const silence = silent.get(url);
      if (silence === undefined) return;
      clearTimeout(silence.timer);
      silent.delete(url);
      if (silence.resting) onChange();
    },
    close: () => {
      for (const { timer } of silent.values()) clearTimeout(timer);
      silent.clear();
    },
  };
}
