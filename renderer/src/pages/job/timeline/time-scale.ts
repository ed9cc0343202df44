/** A stretch of time, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Where on the timeline a time stands, as a share of its width. */
export interface TimeScale {
  readonly shareOf: (at: number) => number;
  /** Waits that are drawn shorter than they were, in order. */
  readonly breaks: readonly Stretch[];
}

/** A wait longer than all the work together is drawn as long as this share of it. */
const breakShare = 0.12;

/**
 * The time from a job's submission to its end, with long waits between stretches of work drawn short: a requeue after two days
 * must not make seconds of work vanish.
 *
 * @param work in order, without overlap.
 */
export function timeScale(whole: Stretch, work: readonly Stretch[]): TimeScale {
  const busy = work.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);
  const longest = Math.max(1, busy) * breakShare;
  const pieces: { from: number; to: number; drawn: number }[] = [];
  const breaks: Stretch[] = [];
  const wait = (from: number, to: number): void => {
    if (to <= from) return;
    const isBroken = busy > 0 && to - from > longest * 4;
    if (isBroken) breaks.push({ from, to });
    pieces.push({ from, to, drawn: isBroken ? longest : to - from });
  };
  let at = whole.from;
  for (const { from, to } of work) {
    wait(at, Math.max(at, from));
    const end = Math.max(from, to);
    if (end > from) pieces.push({ from, to: end, drawn: end - from });
    at = Math.max(at, end);
  }
  wait(at, whole.to);
  const total = Math.max(
    1,
    pieces.reduce((sum, { drawn }) => sum + drawn, 0),
  );
  return {
    breaks,
    shareOf(time) {
      let before = 0;
      for (const { from, to, drawn } of pieces) {
        if (time < from) break;
        if (time <= to) return (before + ((time - from) / (to - from)) * drawn) / total;
        before += drawn;
      }
      return before / total;
    },
  };
}
