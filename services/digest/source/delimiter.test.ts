import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileDelimiter, PRIVATE_DELIMITER, splitLikeJava } from "./delimiter.ts";
import { translateJavaRegex } from "./java-regex.ts";

/** The cells of one line. */
function cells(pattern: string, line: Buffer): string[] {
  const delimiter = compileDelimiter(pattern);
  const bytes = Buffer.concat([line, Buffer.from("\n")]);
  const block = { bytes, starts: Int32Array.of(0, bytes.length), count: 1, firstRow: 0 };
  const separated = delimiter.separate === null ? block : delimiter.separate(block);
  const text = separated.bytes.toString("latin1", 0, (separated.starts[1] ?? 0) - 1);
  return text.split(String.fromCharCode(delimiter.byte));
}

describe("compileDelimiter", () => {
  it.each([
    ["\\t", 9],
    ["\t", 9],
    [",", 44],
    [";", 59],
    ["\\|", 124],
    ["\\.", 46],
    [" ", 32],
  ])("takes %j for one byte", (pattern, byte) => {
    expect(compileDelimiter(pattern)).toMatchObject({ byte, separate: null });
  });

  it.each([
    ["\\s+", "a  b\tc", ["a", "b", "c"]],
    ["\\s+", " a ", ["", "a", ""]],
    ["::", "a::b:c::", ["a", "b:c", ""]],
    ["[,;]", "a,b;;", ["a", "b", "", ""]],
    ["(,)", "a,b", ["a", "b"]],
    ["|", "ab", ["a", "b", ""]],
  ])("splits by %j as Java does: %j", (pattern, line, expected) => {
    expect(compileDelimiter(pattern).byte).toBe(PRIVATE_DELIMITER);
    expect(cells(pattern, Buffer.from(line))).toEqual(expected);
  });

  it("leaves bytes that are no UTF-8 as they are", () => {
    expect(cells("\\s+", Buffer.from("caf\xe9 x", "latin1"))).toEqual(["caf\xe9", "x"]);
  });

  it("knows when it splits everywhere, and refuses what is no expression", () => {
    expect(compileDelimiter("|").splitsEverywhere).toBe(true);
    expect(compileDelimiter("\\s+").splitsEverywhere).toBe(false);
    expect(() => compileDelimiter("[")).toThrow(/not a regular expression/);
  });
});

describe("splitLikeJava", () => {
  it("comes to an end where nothing matches before a character of two code units", () => {
    const { regex } = translateJavaRegex("(?=[^a])");
    expect(splitLikeJava("a😀b", regex)).toEqual(["a", "😀", "b"]);
  });

  it("makes cells that join to the text again", () => {
    const { regex } = translateJavaRegex("[,;]");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", ",", ";") }), (text) => {
        const parts = splitLikeJava(text, regex);
        expect(parts.join(",")).toBe(text.replaceAll(";", ","));
      }),
    );
  });
});
