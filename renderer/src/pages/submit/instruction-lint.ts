import { readText } from "./instruction-text.ts";

/** What an editor marks in the text of an instruction. */
export function lintInstruction(view: { state: { doc: { toString(): string } } }) {
  const reading = readText(view.state.doc.toString());
  if (reading.kind !== "wrong") return [];
  return reading.problems.map(({ from, to, message }) => ({
    from,
    to,
    message,
    severity: "error" as const,
  }));
}
