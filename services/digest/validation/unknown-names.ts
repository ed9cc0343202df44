import type { Pace } from "../pace.ts";
import { EXAMPLES, forEachValue } from "./column-summary.ts";
import { everythingKnown, NAMES_PER_QUESTION, type KnownSource } from "./known-source.ts";
import type { Check } from "./rules.ts";

/** What a digest file names and nobody knows. */
export interface UnknownNames {
  /** The first few. */
  readonly names: readonly string[];
  /** Ids of things within which names are unique. Names within these are not asked for. */
  readonly ids: readonly string[];
}

/**
 * Reads the names in a digest file and asks for them, as many at once as the source takes: memory is bounded, whatever the size
 * of the file.
 *
 * @throws a system error where the file cannot be read; whatever `known` and `pace` throw.
 */
export async function findUnknownNames(
  known: KnownSource,
  path: string,
  { kind, columns, within }: Extract<Check, { check: "known" }>,
  pace: Pace,
): Promise<UnknownNames> {
  // Spares the reading of a file, not only the questions.
  if (known === everythingKnown) return { names: [], ids: [] };
  const atOnce = known.namesPerQuestion ?? NAMES_PER_QUESTION;
  const unknownIds = new Set<string>();
  const checkedIds = new Set<string>();
  const examples = new Set<string>();
  /** By the id that they stand beside. */
  const waiting = new Map<string, Set<string>>();
  let count = 0;

  const ask = async (): Promise<void> => {
    for (const [id, names] of waiting) {
      if (within !== undefined && !checkedIds.has(id)) {
        checkedIds.add(id);
        for (const unknown of await known.unknownIds(within.kind, [id])) unknownIds.add(unknown);
      }
      if (unknownIds.has(id)) continue;
      const list = [...names];
      for (let at = 0; at < list.length; at += atOnce) {
        const unknown = await known.unknownNames(
          kind,
          list.slice(at, at + atOnce),
          within === undefined ? null : id,
          pace,
        );
        for (const name of unknown) if (examples.size < EXAMPLES) examples.add(name);
      }
    }
    waiting.clear();
    count = 0;
  };
  await forEachValue(
    path,
    columns,
    within?.column ?? null,
    async () => {
      await pace();
      if (count >= atOnce) await ask();
    },
    (value, id) => {
      const names = waiting.get(id) ?? new Set();
      waiting.set(id, names);
      if (value !== null) names.add(value);
      count++;
    },
  );
  await ask();
  return { names: [...examples], ids: [...unknownIds] };
}
