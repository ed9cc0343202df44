import type { StreamMessage } from "../../../../services/contract/event.ts";
import { formatPlural } from "../../format/numbers.ts";
import { standingWords } from "../../format/words.ts";

/**
 * What a screen reader is told of a batch: jobs that changed their status, by name when it is one, by number when it is
 * more; null when none did.
 */
export function announce(messages: readonly StreamMessage[]): string | null {
  const changes = messages.flatMap((message) =>
    message.kind === "event" && message.event.status !== undefined && message.event.key !== null
      ? [{ key: message.event.key, word: standingWords[message.event.status].toLowerCase() }]
      : [],
  );
  const [first] = changes;
  if (first === undefined) return null;
  if (changes.length === 1) return `${first.key}: ${first.word}`;
  const counts = new Map<string, number>();
  for (const { word } of changes) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${formatPlural(count, "job")} ${word}`).join(", ");
}
