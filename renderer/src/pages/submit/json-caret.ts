import { parser } from "@lezer/json";
import type { SyntaxNode } from "@lezer/common";
import type { JsonPath } from "./json-place.ts";

/** What could be written at a place of a JSON text that is being typed. */
export interface AtCaret {
  readonly kind: "name" | "value";
  /** To the object whose key it is, or to the value. */
  readonly path: JsonPath;
  /** What is there already, and would be replaced. */
  readonly from: number;
  readonly to: number;
  /** Keys that the object has elsewhere. */
  readonly taken: readonly string[];
}

/** Null: nothing can be said, as between a value and the comma. */
export function atCaret(text: string, caret: number): AtCaret | null {
  const typed = /"?[\w-]*$/.exec(text.slice(0, caret))?.[0] ?? "";
  const from = caret - typed.length;
  const rest = typed.startsWith('"') ? (/^[\w-]*"?/.exec(text.slice(caret))?.[0] ?? "") : "";
  const to = caret + rest.length;
  const before = text.slice(0, from).trimEnd().at(-1);
  const place = containerOf(text, from);
  if (place === null) return null;
  const { node } = place;
  if (node.name === "Property") {
    const name = keyOf(node, text);
    if (before !== ":" || name === null || node.parent === null) return null;
    return { kind: "value", path: [...pathTo(node.parent, text), name], from, to, taken: [] };
  }
  if (node.name === "Array") {
    if (before !== "[" && before !== ",") return null;
    const path = [...pathTo(node, text), itemsBefore(node, from)];
    return { kind: "value", path, from, to, taken: [] };
  }
  if (before !== "{" && before !== ",") return null;
  const taken = node
    .getChildren("Property")
    .filter((one) => one.from < from || one.from > to)
    .flatMap((one) => keyOf(one, text) ?? []);
  return { kind: "name", path: pathTo(node, text), from, to, taken };
}

/** The array, object or property within which a place lies; a property only behind its colon. */
function containerOf(text: string, at: number): { node: SyntaxNode } | null {
  let node: SyntaxNode | null = parser.parse(text).resolveInner(at, -1);
  const isBehindColon = text.slice(0, at).trimEnd().endsWith(":");
  while (node !== null) {
    if (node.name === "Property" && isBehindColon) return { node };
    const isOpen = (node.name === "Object" || node.name === "Array") && node.from < at;
    // Behind its closing bracket is outside of it.
    if (isOpen && !(node.to <= at && /[\]}]$/.test(text.slice(node.from, node.to))))
      return { node };
    node = node.parent;
  }
  return null;
}

function pathTo(container: SyntaxNode, text: string): JsonPath {
  const { parent } = container;
  if (parent === null) return [];
  if (parent.name === "Property") {
    const name = keyOf(parent, text);
    const above = parent.parent === null ? [] : pathTo(parent.parent, text);
    return name === null ? above : [...above, name];
  }
  if (parent.name === "Array")
    return [...pathTo(parent, text), itemsBefore(parent, container.from)];
  return [];
}

const values = new Set(["Object", "Array", "String", "Number", "True", "False", "Null"]);

function itemsBefore(array: SyntaxNode, at: number): number {
  let count = 0;
  for (let child = array.firstChild; child !== null; child = child.nextSibling) {
    if (child.to <= at && values.has(child.name)) count += 1;
  }
  return count;
}

function keyOf(property: SyntaxNode, text: string): string | null {
  const key = property.getChild("PropertyName");
  return key === null ? null : text.slice(key.from + 1, key.to - 1);
}
