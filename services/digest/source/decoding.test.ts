import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDecoder } from "./decoding.ts";

/** The text of a file that is read in pieces of so many bytes, and where the first letter stands that was no UTF-8. */
function decoded(encoding: "auto" | "latin1", bytes: Buffer, piece = bytes.length) {
  const decoder = createDecoder(encoding);
  const parts: Buffer[] = [];
  let oddAt = -1;
  let at = 0;
  const take = (part: { bytes: Buffer; oddAt: number }): void => {
    if (oddAt < 0 && part.oddAt >= 0) oddAt = at + part.oddAt;
    at += part.bytes.length;
    parts.push(Buffer.from(part.bytes));
  };
  for (let from = 0; from < bytes.length; from += Math.max(1, piece)) {
    // The piece is used again, as a reader does.
    const chunk = Buffer.from(bytes.subarray(from, from + Math.max(1, piece)));
    take(decoder.push(chunk));
    chunk.fill(0x58);
  }
  take(decoder.end());
  return { text: Buffer.concat(parts).toString("utf8"), oddAt, isUtf16: decoder.isUtf16 };
}

describe("createDecoder", () => {
  it("leaves UTF-8 as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 5 }), (text, piece) => {
        const bytes = Buffer.from(text);
        expect(decoded("auto", bytes, piece)).toMatchObject({ text: bytes.toString(), oddAt: -1 });
      }),
    );
  });

  it("reads bytes that are no UTF-8 as windows-1252, and says where they begin", () => {
    expect(decoded("auto", Buffer.from("sorgo ma\xefs\t80 \x80\n", "latin1"))).toEqual({
      text: "sorgo maïs\t80 €\n",
      oddAt: 8,
      isUtf16: false,
    });
    expect(decoded("auto", Buffer.from("ends with \xe9", "latin1")).text).toBe("ends with é");
    const mixed = Buffer.concat([Buffer.from("é "), Buffer.from("\xe9", "latin1")]);
    expect(decoded("auto", mixed).text).toBe("é é");
  });

  it("reads all as Latin-1 where that is said, but for a file with a byte order mark", () => {
    expect(decoded("latin1", Buffer.from("Ã©", "latin1")).text).toBe("Ã©");
    expect(decoded("auto", Buffer.from("Ã©", "latin1")).text).toBe("é");
    expect(decoded("latin1", Buffer.from("\uFEFFé"), 1).text).toBe("\uFEFFé");
  });

  it.each(["utf16le", "utf16be"] as const)("reads %s by its byte order mark", (order) => {
    const bytes = Buffer.from("\uFEFFname\té𝄞\n", "utf16le");
    if (order === "utf16be") bytes.swap16();
    for (const piece of [1, 2, 3, 100]) {
      expect(decoded("auto", bytes, piece)).toMatchObject({ text: "name\té𝄞\n", isUtf16: true });
    }
  });

  it("gives the same wherever the chunks are cut", () => {
    const odd = fc.constantFrom(
      0x41,
      0x0a,
      0x80,
      0x9f,
      0xa0,
      0xbf,
      0xc2,
      0xe0,
      0xed,
      0xef,
      0xbb,
      0xf0,
      0xf4,
      0xff,
    );
    fc.assert(
      fc.property(
        fc.array(odd, { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom("auto" as const, "latin1" as const),
        (list, piece, encoding) => {
          const bytes = Buffer.from(list);
          expect(decoded(encoding, bytes, piece)).toEqual(decoded(encoding, bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("agrees with the strict decoder of the platform on what is UTF-8", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (list) => {
        const bytes = Buffer.from(list);
        fc.pre(!decoded("auto", bytes).isUtf16);
        let isValid = true;
        try {
          strict.decode(bytes);
        } catch {
          isValid = false;
        }
        expect(decoded("auto", bytes).oddAt < 0).toBe(isValid);
      }),
      { numRuns: 5000 },
    );
  });
});
