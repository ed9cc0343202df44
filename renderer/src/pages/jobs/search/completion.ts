import { qualifiers, type Qualifier } from "../../../../../services/contract/job-search.ts";

/** What is being typed at the caret, and where in the text it stands. */
export type Wanted =
  | {
      readonly kind: "qualifier";
      readonly part: string;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: "value";
      readonly qualifier: Qualifier;
      readonly part: string;
      readonly from: number;
      readonly to: number;
      /** The text without the term that the value belongs to. */
      readonly others: string;
    };

/** Null where a text is being typed that has no qualifier, or where a quote was closed. */
export function wantedAt(text: string, caret: number): Wanted | null {
  const start = wordStart(text, caret);
  const word = text.slice(start, caret);
  const [whole = "", name = ""] = /^-?([A-Za-z]+):/.exec(word) ?? [];
  if (whole === "") {
    const [dash, part = ""] = /^-?([A-Za-z]*)$/.exec(word) ?? [];
    if (dash === undefined) return null;
    return { kind: "qualifier", part: part.toLowerCase(), from: caret - part.length, to: caret };
  }
  const qualifier = qualifiers.find((one) => one === name.toLowerCase());
  if (qualifier === undefined) return null;
  const from = valueStart(text, start + whole.length, caret);
  const typed = text.slice(from, caret);
  if (typed.length > 1 && typed.startsWith('"') && typed.endsWith('"')) return null;
  const end = wordEnd(text, caret);
  return {
    kind: "value",
    qualifier,
    part: typed.replace(/^"/, ""),
    from,
    to: caret,
    others: `${text.slice(0, start)} ${text.slice(end)}`.trim(),
  };
}

/** The text with what is wanted filled in, and where the caret then stands. */
export function fillIn(
  text: string,
  wanted: Wanted,
  insert: string,
): { text: string; caret: number } {
  const rest = text.slice(wanted.to);
  const gap = wanted.kind === "value" && !rest.startsWith(" ") ? " " : "";
  const before = text.slice(0, wanted.from) + insert + gap;
  const caret = wanted.kind === "value" && gap === "" ? before.length + 1 : before.length;
  return { text: before + rest, caret };
}

function wordStart(text: string, caret: number): number {
  let start = 0;
  let quoted = false;
  for (let at = 0; at < caret; at++) {
    const char = text[at] ?? "";
    if (char === '"' && text[at - 1] !== "\\") quoted = !quoted;
    else if (!quoted && /\s/.test(char)) start = at + 1;
  }
  return start;
}

function wordEnd(text: string, caret: number): number {
  const space = text.slice(caret).search(/\s/);
  return space === -1 ? text.length : caret + space;
}

/** After the last comma outside quotes. */
function valueStart(text: string, from: number, caret: number): number {
  let start = from;
  let quoted = false;
  for (let at = from; at < caret; at++) {
    const char = text[at];
    if (char === '"' && text[at - 1] !== "\\") quoted = !quoted;
    else if (!quoted && char === ",") start = at + 1;
  }
  return start;
}
