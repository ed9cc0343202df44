import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellSpan } from "./cell-span.ts";
import { splitLikeJava } from "./delimiter.ts";
import { translateJavaRegex } from "./java-regex.ts";

const textOf = (line: string, delimiter: string, wanted: number, quotes = false) => {
  const span = cellSpan(line, { delimiter, quotes }, wanted);
  return span === null ? null : line.slice(span.from, span.to);
};

describe("the cell of a line", () => {
  it("is that which the digest reads, whatever the delimiter", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "é", ",", ";", " ", "|"), maxLength: 12 });
    fc.assert(
      fc.property(
        line,
        fc.constantFrom(",", ";", " ", "\\|", " +", "[,;]", "\\s*,\\s*"),
        (text, delimiter) => {
          const cells = splitLikeJava(text, translateJavaRegex(delimiter).regex);
          const found = cells.map((_cell, k) => textOf(text, delimiter, k + 1));
          expect(found).toEqual(cells);
          expect(textOf(text, delimiter, cells.length + 1)).toBeNull();
        },
      ),
    );
  });

  it("may stand in quotes, with delimiters and quotes in it", () => {
    const line = 'm1,"a, ""b""",,"open, to the end';
    expect([1, 2, 3, 4, 5].map((n) => textOf(line, ",", n, true))).toEqual([
      "m1",
      '"a, ""b"""',
      "",
      '"open, to the end',
      null,
    ]);
    expect(textOf(line, ",", 2, false)).toBe('"a');
  });

  it("is none where it takes too long to tell, and an error where it cannot be told", () => {
    expect(textOf(`${"a".repeat(40)}!`, "(a+)+$", 1)).toBeNull();
    expect(() => textOf("a", "(", 1)).toThrow(/\(/);
  });
});
