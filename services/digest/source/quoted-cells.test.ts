import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../contract/errors.ts";
import { compileQuotedDelimiter } from "./quoted-cells.ts";
import { createLineCutter } from "./line-cutter.ts";

function cellsOf(text: string): string[][] {
  const { byte, separate } = compileQuotedDelimiter(",");
  const rows: string[][] = [];
  const cutter = createLineCutter((block) => {
    const { bytes, starts, count } = separate?.(block) ?? block;
    for (let k = 0; k < count; k++) {
      const line = bytes.toString("utf8", starts[k], (starts[k + 1] ?? 0) - 1);
      rows.push(line.split(String.fromCharCode(byte)));
    }
  });
  cutter.push(Buffer.from(text));
  cutter.end();
  return rows;
}

describe("cells in quotes", () => {
  it("may hold delimiters and quotes", () => {
    expect(cellsOf('a,"b,c","d ""e"""\n"",f\n')).toEqual([
      ["a", "b,c", 'd "e"'],
      ["", "f"],
    ]);
  });

  it("leave quotes alone that do not begin a cell, and end with their line", () => {
    expect(cellsOf('5" tall,b\n"open,c\nd,e\n')).toEqual([
      ['5" tall', "b"],
      ["open,c"],
      ["d", "e"],
    ]);
  });

  it("come back as they were written", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', " ", "é") });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, (table) => {
        const text = table
          .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(","))
          .join("\n");
        expect(cellsOf(text)).toEqual(table);
      }),
    );
  });

  it("need a delimiter of one character", () => {
    expect(() => compileQuotedDelimiter("\\s+")).toThrow(AppError);
  });
});
