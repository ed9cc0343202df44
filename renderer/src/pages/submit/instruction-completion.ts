import type { Completion, CompletionSource } from "@codemirror/autocomplete";
import { instructionSchema, keysAt, valuesAt } from "./instruction-schema.ts";
import { atCaret } from "./json-caret.ts";

/** What an editor offers while an instruction is typed: the keys of the object one is in, and the values that are named. */
export const completeInstruction: CompletionSource = ({ state, pos, explicit }) => {
  const text = state.doc.toString();
  const place = atCaret(text, pos);
  if (place === null || (place.from === pos && !explicit)) return null;
  const options = optionsAt(text, place);
  return options.length === 0 ? null : { from: place.from, to: place.to, options };
};

function optionsAt(text: string, place: NonNullable<ReturnType<typeof atCaret>>): Completion[] {
  const { kind, path, to, taken } = place;
  if (kind === "value") {
    return valuesAt(instructionSchema, path).map((value) => ({ label: value, type: "enum" }));
  }
  const colon = /^\s*:/.test(text.slice(to)) ? "" : ": ";
  return keysAt(instructionSchema, path)
    .filter(({ name }) => !taken.includes(name))
    .map(({ name, holds }) => ({
      label: `"${name}"`,
      type: "property",
      detail: holds,
      apply: `"${name}"${colon}`,
    }));
}
