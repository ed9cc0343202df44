import { parser } from "@lezer/json";
import type { SyntaxNode } from "@lezer/common";

export type JsonPath = readonly (string | number)[];

/** The stretch of a JSON text that a path leads to, or the nearest one above it that is there. */
export function findPlace(text: string, path: JsonPath): { from: number; to: number } {
  let node = parser.parse(text).topNode.firstChild;
  if (node === null) return { from: 0, to: text.length };
  let place = { from: node.from, to: node.to };
  for (const part of path) {
    const next: SyntaxNode | null =
      typeof part === "number" ? itemOf(node, part) : valueOf(node, part, text);
    if (next === null) return headOf(place, text);
    node = next;
    place = { from: next.from, to: next.to };
  }
  return headOf(place, text);
}

const marks = new Set(["[", "]", "{", "}", ",", ":", "⚠"]);

function itemOf(array: SyntaxNode, index: number): SyntaxNode | null {
  let at = 0;
  for (let child = array.firstChild; child !== null; child = child.nextSibling) {
    if (marks.has(child.name)) continue;
    if (at === index) return child;
    at++;
  }
  return null;
}

function valueOf(object: SyntaxNode, name: string, text: string): SyntaxNode | null {
  for (const property of object.getChildren("Property")) {
    const key = property.getChild("PropertyName");
    if (key !== null && text.slice(key.from + 1, key.to - 1) === name) return property.lastChild;
  }
  return null;
}

/** Of a value over several lines only the first line is marked. */
function headOf(place: { from: number; to: number }, text: string): { from: number; to: number } {
  const newline = text.indexOf("\n", place.from);
  return newline === -1 || newline > place.to ? place : { from: place.from, to: newline };
}

/** Where a text stops being JSON; its end when something is missing there. */
export function findFault(text: string): number {
  let found: number | null = null;
  parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) found ??= node.from;
      return found === null;
    },
  });
  const from = found ?? text.length;
  const rest = text.slice(from).search(/\S/);
  return rest === -1 ? text.trimEnd().length : from + rest;
}
