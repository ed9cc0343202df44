import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createLineCutter, LONGEST_LINE_BYTES } from "./line-cutter.ts";
import { readLineBlocks } from "./line-blocks.ts";

const dir = mkdtempSync(join(tmpdir(), "lines-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** What the lines of a text are, said in the simplest way. */
function linesOf(text: string): string[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Feeds the text in pieces of the given lengths, over and over. */
function cut(text: string, lengths: readonly number[], encoding: BufferEncoding = "utf8") {
  const lines: string[] = [];
  const rows: number[] = [];
  const cutter = createLineCutter(({ bytes, starts, count, firstRow }) => {
    for (let k = 0; k < count; k++) {
      lines.push(bytes.toString(encoding, starts[k], (starts[k + 1] ?? 0) - 1));
      rows.push(firstRow + k);
    }
  });
  const bytes = Buffer.from(text, encoding);
  let at = 0;
  for (let piece = 0; at < bytes.length; piece++) {
    const next = at + (lengths[piece % lengths.length] ?? 1);
    const chunk = bytes.subarray(at, next);
    // Some are put where they belong, some come from elsewhere.
    const place = piece % 3 === 0 ? Buffer.alloc(chunk.length) : cutter.room(chunk.length + 1);
    place.set(chunk);
    const fault = cutter.push(place.subarray(0, chunk.length));
    if (fault !== null) return { fault, lines, rows };
    at = next;
  }
  cutter.end();
  return { fault: null, lines, rows };
}

const text = fc
  .array(fc.constantFrom("a", "é", "\t", "\n", "\r", "\r\n", "\n\n", "\ufeff", "xyz"))
  .map((parts) => parts.join(""));

describe("createLineCutter", () => {
  it("finds the same lines wherever the input is cut", () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (input, cuts) => {
          const { lines, rows } = cut(input, cuts);
          expect(lines).toEqual(linesOf(input));
          expect(rows).toEqual(lines.map((_line, row) => row));
        },
      ),
    );
  });

  it.each([
    ["", []],
    ["\n", []],
    ["\n\n\na", ["", "", "", "a"]],
    ["a\r\n\r\nb\r", ["a", "", "b"]],
    ["\ufeffa\n", ["a"]],
  ])("reads %j", (input, lines) => {
    expect(cut(input, [1]).lines).toEqual(lines);
    expect(cut(input, [100]).lines).toEqual(lines);
  });

  it("keeps what only begins as a byte order mark", () => {
    for (const input of ["\xef", "\xef\xbbab\nc", "\xefabcd\n", "\xef\xbb\nc"]) {
      for (const length of [1, 2, 3, 4, 100]) {
        expect(cut(input, [length], "latin1").lines).toEqual(linesOf(input));
      }
    }
  });

  it("tells the line of a NUL byte", () => {
    expect(cut("a\nb\nc\0d\n", [100]).fault?.line).toBe(3);
    expect(cut("a\nb\nc\0d\n", [1]).fault?.line).toBe(3);
    expect(cut("a\nb\nc\0d\n", [3]).fault?.message).toMatch(/NUL byte; expected a text file/);
  });

  it.each(["\n", "\r\n", "\r"])(
    "tells the line of a NUL byte where lines end with %j",
    (lineEnd) => {
      const input = ["", "a", "b", "c\0d", ""].join(lineEnd);
      for (const cuts of [[100], [1], [2], [3], [4]]) expect(cut(input, cuts).fault?.line).toBe(4);
    },
  );

  it("gives up on a line without end", () => {
    const cutter = createLineCutter(() => {});
    const chunk = Buffer.alloc(8 << 20, 65);
    let fault = null;
    let pushed = 0;
    while (fault === null && pushed < 4 * LONGEST_LINE_BYTES) {
      fault = cutter.push(chunk);
      pushed += chunk.length;
    }
    expect(fault).toMatchObject({ line: 1, message: expect.stringMatching(/longer than 64 MiB/) });
  });
});

const read = async (bytes: Uint8Array, chunkBytes?: number) => {
  const path = join(dir, "file");
  writeFileSync(path, bytes);
  const lines: string[] = [];
  let bytesRead = 0;
  let paces = 0;
  const fault = await readLineBlocks(
    { path, name: "file", size: statSync(path).size },
    {
      onBlock({ bytes: block, starts, count }) {
        for (let k = 0; k < count; k++) {
          lines.push(block.toString("utf8", starts[k], (starts[k + 1] ?? 0) - 1));
        }
      },
      onBytes: (count) => {
        bytesRead += count;
      },
      pace: () => {
        paces++;
      },
    },
    chunkBytes,
  );
  return { fault, lines, bytesRead, paces };
};

describe("readLineBlocks", () => {
  it("reads in chunks, telling the bytes and pausing between them", async () => {
    expect(await read(Buffer.from("ab\ncd\nef"), 3)).toEqual({
      fault: null,
      lines: ["ab", "cd", "ef"],
      bytesRead: 8,
      paces: 3,
    });
  });

  it("reads gzip files of several members", async () => {
    const zipped = Buffer.concat([gzipSync("ab\nc"), gzipSync("d\n")]);
    const { lines, bytesRead } = await read(zipped);
    expect(lines).toEqual(["ab", "cd"]);
    expect(bytesRead).toBe(zipped.length);
  });

  it("fails on a gzip file that is cut short", async () => {
    const zipped = gzipSync("ab\n".repeat(1000));
    await expect(read(zipped.subarray(0, zipped.length - 12))).rejects.toMatchObject({
      code: "Z_BUF_ERROR",
    });
  });
});
