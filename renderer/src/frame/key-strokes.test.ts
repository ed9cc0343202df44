import { expect, it } from "vitest";
import { noStrokes, stroke } from "./key-strokes.ts";

it("takes one key or two in a row for a command", () => {
  expect(stroke(noStrokes, "?", 0).command).toEqual({ kind: "keys" });
  const first = stroke(noStrokes, "g", 0);
  expect(first.command).toBeNull();
  expect(stroke(first.strokes, "d", 500).command).toEqual({ kind: "go", path: "/digesters" });
});

it("forgets the first key after a while or after a wrong second one", () => {
  const first = stroke(noStrokes, "g", 0);
  expect(stroke(first.strokes, "j", 1500).command).toBeNull();
  const wrong = stroke(first.strokes, "x", 100);
  expect(stroke(wrong.strokes, "j", 200).command).toBeNull();
});
