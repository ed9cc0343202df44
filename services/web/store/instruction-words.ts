import { setImmediate as nextTurn } from "node:timers/promises";
import type { StoredInstruction } from "../../contract/instruction.ts";

/**
 * What stands in instructions, so that a text is found in fifty thousand of them within milliseconds. Instructions of one site
 * are much alike: each distinct value is kept once, and of an instruction only the numbers of its values.
 *
 * It costs nothing until the first text is looked for; then the instructions are read in the background, the newest first, and
 * until that is done `pending` says how many are missing.
 */
export interface InstructionWords {
  /** Which jobs have a value that holds this text, in lower case, in their instruction. */
  finder(): (id: number, text: string) => boolean;
  /** Looks into an instruction that was just stored. */
  add(id: number, instruction: StoredInstruction): void;
  /** The job is gone. */
  forget(id: number): void;
  pending(): number;
  /** Ends the reading. */
  close(): void;
}

export interface WordsSource {
  /** The jobs that there are. */
  readonly ids: () => Iterable<number>;
  readonly read: (id: number) => Promise<StoredInstruction | null>;
  readonly onWarning: (message: string) => void;
}

/** Instructions read between two turns of other work. */
const perTurn = 8;
/** A value longer than this is cut: it is a list of data rather than a name. */
const longestValue = 2000;

export function createInstructionWords(source: WordsSource): InstructionWords {
  const numbers = new Map<string, number>();
  const words: string[] = [];
  /** Where the numbers of an instruction's words begin. One list for all is looked through without a cache miss for each. */
  const known = new Map<number, number>();
  const lists = createNumberLists();
  let unread: number[] = [];
  let begun = false;

  const add = (id: number, instruction: StoredInstruction): void => {
    if (!begun) return;
    const found = new Set<number>();
    for (const word of wordsIn(instruction)) {
      let number = numbers.get(word);
      if (number === undefined) {
        number = words.length;
        words.push(word);
        numbers.set(word, number);
      }
      found.add(number);
    }
    known.set(id, lists.add(found));
  };

  const readAll = async (): Promise<void> => {
    while (unread.length > 0) {
      for (const id of unread.slice(-perTurn).toReversed()) {
        await read(id);
        // Missing until now: whoever asked meanwhile has to ask again.
        unread.pop();
      }
      await nextTurn();
    }
  };

  const read = async (id: number): Promise<void> => {
    if (known.has(id)) return;
    try {
      const instruction = await source.read(id);
      if (instruction !== null) add(id, instruction);
    } catch (thrown) {
      source.onWarning(`The instruction of job ${id} cannot be searched: ${String(thrown)}`);
    }
  };

  /** By number, 1 for each word that holds the text; null when none does. */
  const wordsHolding = (text: string): Uint8Array | null => {
    const holds = new Uint8Array(words.length);
    let any = false;
    for (const [number, word] of words.entries()) {
      if (!word.includes(text)) continue;
      holds[number] = 1;
      any = true;
    }
    return any ? holds : null;
  };

  return {
    finder() {
      if (!begun) {
        begun = true;
        unread = [...source.ids()].toSorted((a, b) => a - b);
        void readAll();
      }
      const holding = new Map<string, Uint8Array | null>();
      return (id, text) => {
        let wanted = holding.get(text);
        if (wanted === undefined) {
          wanted = wordsHolding(text);
          holding.set(text, wanted);
        }
        const start = known.get(id);
        return wanted !== null && start !== undefined && lists.hasMarked(start, wanted);
      };
    },
    add,
    forget: (id) => void known.delete(id),
    pending: () => unread.length,
    close() {
      unread = [];
    },
  };
}

/** Lists of numbers, one behind the other in one piece of memory, each after its length. */
function createNumberLists() {
  let numbers = new Uint32Array(64 * 1024);
  let end = 0;
  return {
    /** @returns where it begins. */
    add(list: ReadonlySet<number>): number {
      const start = end;
      end += 1 + list.size;
      if (end > numbers.length) {
        const larger = new Uint32Array(2 * end);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[start] = list.size;
      numbers.set([...list], start + 1);
      return start;
    },
    /** Whether one of the list's numbers is marked by 1. */
    hasMarked(start: number, marks: Uint8Array): boolean {
      const last = start + (numbers[start] ?? 0);
      for (let at = start + 1; at <= last; at++) if (marks[numbers[at]!] === 1) return true;
      return false;
    },
  };
}

/** What a text is looked for in: every value of an instruction, in lower case. */
export function wordsIn(instruction: StoredInstruction): string[] {
  return [...valuesIn(instruction)].map((value) => value.slice(0, longestValue).toLowerCase());
}

/** Every text that stands in a JSON value, names of properties left out. */
function* valuesIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* valuesIn(part);
  }
}
