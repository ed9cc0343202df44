import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import {
  parseSearch,
  printValue,
  qualifiers,
} from "../../../../../services/contract/job-search.ts";
import { facetQuery } from "../../../api/jobs.ts";
import { formatCount } from "../../../format/numbers.ts";
import type { Wanted } from "./completion.ts";
import { qualifierWords, valueWords } from "./facet-words.ts";

export interface Suggestion {
  /** What takes the place of what was typed. */
  readonly insert: string;
  readonly word: string;
  readonly detail: string;
}

const shown = 8;

/** What could be meant at the caret: qualifiers, or the values that jobs have for one, the most frequent first. */
export function useSuggestions(wanted: Wanted | null): readonly Suggestion[] {
  const asked = wanted?.kind === "value" ? wanted : null;
  const isRight = asked !== null && parseSearch(asked.others).problems.length === 0;
  const query = facetQuery(
    isRight ? asked.others : "",
    asked?.qualifier ?? "status",
    // A kind of failure and a status have other words than values.
    asked?.qualifier === "status" || asked?.qualifier === "error" ? "" : (asked?.part ?? ""),
  );
  const { data } = useQuery({
    queryKey: query.queryKey,
    queryFn: asked === null ? skipToken : (query.queryFn ?? skipToken),
    placeholderData: keepPreviousData,
  });
  if (wanted === null) return [];
  if (wanted.kind === "qualifier") {
    return qualifiers
      .filter((one) => one.startsWith(wanted.part))
      .map((one) => ({ insert: `${one}:`, word: `${one}:`, detail: qualifierWords[one] }));
  }
  if (data?.qualifier !== wanted.qualifier) return [];
  const part = wanted.part.toLowerCase();
  return data.values
    .map(({ value, count }) => ({
      insert: printValue(value),
      word: valueWords(wanted.qualifier, value),
      detail: formatCount(count),
    }))
    .filter(({ insert, word }) => [insert, word].some((text) => text.toLowerCase().includes(part)))
    .slice(0, shown);
}
