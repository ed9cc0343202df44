import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/*
 * A clock, processes and a network that exist only here. What happens is a queue of work in the order of its time; a
 * process that was killed forgets the work that waits for it, one that was stopped does it when it wakes up.
 */

/** A process that lives, is stopped, dies and is started again. */
export interface Process {
  readonly name: string;
  /** Rises with each kill: what an earlier life had begun is not done any more. */
  life: number;
  isUp: boolean;
  /** Stopped until then, in milliseconds of the world's clock. */
  frozenUntil: number;
}

/** What becomes of messages while the network is bad. */
export interface Weather {
  readonly lossPercent: number;
  readonly duplicatePercent: number;
  /** Milliseconds; messages overtake each other since each takes a time of its own. */
  readonly longestDelay: number;
}

export interface World {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly process: (name: string) => Process;
  /** Does some work of a process after so many milliseconds, unless that life has ended by then. */
  readonly after: (process: Process, ms: number, work: () => void) => void;
  /**
   * Asks another process. The question or its answer may be lost, late or doubled. `onAnswer` gets null when there was no
   * answer in time, or nobody there.
   */
  readonly ask: <T>(
    from: Process,
    to: Process,
    handle: () => T,
    onAnswer: (answer: T | null) => void,
  ) => void;
  /** From now on no message is lost or late. */
  readonly calm: () => void;
  /** Does what is due next; false when nothing is. */
  readonly step: () => boolean;
}

interface Work {
  readonly at: number;
  readonly order: number;
  readonly process: Process;
  readonly life: number;
  readonly run: () => void;
}

/** A question that is not answered for so long is given up, as in the services. */
const timeoutMs = 8000;
const epoch = Date.UTC(2026, 10, 24, 12);

export function createWorld(seed: number, weather: Weather): World {
  const queue = createQueue();
  const random = xoroshiro128plus(seed);
  const below = (limit: number): number => (random.next() >>> 0) % Math.max(1, limit);
  let now = epoch;
  let order = 0;
  let bad = weather;

  const push = (process: Process, life: number, ms: number, run: () => void): void => {
    queue.push({ at: now + ms, order: (order += 1), process, life, run });
  };
  const after: World["after"] = (process, ms, run) => push(process, process.life, ms, run);

  /** One way of a message: not at all, once or twice. A connection ends with the life at either end of it. */
  const carry = (to: Process, life: number, run: () => void): void => {
    if (below(100) < bad.lossPercent) return;
    push(to, life, 1 + below(bad.longestDelay), run);
    if (below(100) < bad.duplicatePercent) push(to, life, 1 + below(bad.longestDelay), run);
  };

  return {
    now: () => now,
    process: (name) => ({ name, life: 0, isUp: true, frozenUntil: 0 }),
    after,
    ask(from, to, handle, onAnswer) {
      let isOver = false;
      const answer = (value: ReturnType<typeof handle> | null): void => {
        if (isOver) return;
        isOver = true;
        onAnswer(value);
      };
      // A port at which nobody listens says so at once.
      if (!to.isUp) return after(from, 1, () => answer(null));
      const { life } = from;
      carry(to, to.life, () => {
        const value = handle();
        carry(from, life, () => answer(value));
      });
      after(from, timeoutMs, () => answer(null));
    },
    calm() {
      bad = { lossPercent: 0, duplicatePercent: 0, longestDelay: 0 };
    },
    step() {
      const next = queue.pop();
      if (next === undefined) return false;
      now = next.at;
      const { process, life } = next;
      if (process.life !== life) return true;
      if (process.frozenUntil > now) queue.push({ ...next, at: process.frozenUntil });
      else next.run();
      return true;
    },
  };
}

/** A binary heap: the earliest first, of the same time the one that was pushed first. */
function createQueue() {
  const heap: Work[] = [];
  const isBefore = (a: Work, b: Work): boolean =>
    a.at < b.at || (a.at === b.at && a.order < b.order);
  return {
    push(work: Work): void {
      let place = heap.length;
      heap.push(work);
      while (place > 0) {
        const above = (place - 1) >> 1;
        const parent = heap[above];
        if (parent === undefined || !isBefore(work, parent)) break;
        heap[place] = parent;
        place = above;
      }
      heap[place] = work;
    },
    pop(): Work | undefined {
      const top = heap[0];
      const last = heap.pop();
      if (top === undefined || last === undefined || heap.length === 0) return top;
      let place = 0;
      for (;;) {
        const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
        if (left === undefined) break;
        const isRight = right !== undefined && isBefore(right, left);
        const child = isRight ? right : left;
        if (!isBefore(child, last)) break;
        heap[place] = child;
        place = 2 * place + (isRight ? 2 : 1);
      }
      heap[place] = last;
      return top;
    },
  };
}
