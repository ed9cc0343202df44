import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileLinesRequest } from "../contract/file-lines.ts";
import { readFileLines } from "./file-lines.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "digester-lines-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function read(content: string | Buffer, query: Record<string, unknown>, name = "a.txt") {
  const file = join(directory, name);
  await writeFile(file, content);
  const request = FileLinesRequest.parse({ file, ...query });
  return readFileLines(request, [directory], AbortSignal.timeout(10_000));
}

describe("lines of a file", () => {
  it("are those that splitting at line ends gives, whatever ends them", async () => {
    const ends = fc.constantFrom("\n", "\r\n", "\r");
    const line = fc.string({ unit: fc.constantFrom("a", "\t", "é"), maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        ends,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (lines, end, from, count) => {
          const whole = [...lines, "last"];
          const answer = await read(whole.join(end), { from, count });
          expect(answer.lines.map(({ text }) => text)).toEqual(
            whole.slice(from - 1, from - 1 + count),
          );
          expect(answer.lines[0]?.number ?? from).toBe(from);
          expect(answer.more).toBe(from - 1 + count < whole.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("come out of gzip and over the borders of pieces", async () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => `m${i}\t${"AC".repeat(30)}`);
    const zipped = gzipSync(`${lines.join("\n")}\n`);
    const answer = await read(zipped, { from: 39_999, count: 5 }, "b.gz");
    expect(answer.lines.map(({ number, text }) => `${number} ${text}`)).toEqual([
      `39999 ${lines[39_998]}`,
      `40000 ${lines[39_999]}`,
    ]);
    expect(answer.more).toBe(false);
  });

  it("begin after a head that is left out, however long", async () => {
    const head = Array.from({ length: 500 }, (_, i) => `##contig=<ID=${i}>`);
    const text = [...head, "#CHROM\tPOS", "1\t5", "##2\t6", ""].join("\n");
    const answer = await read(text, { count: 3, skip: "##" });
    expect(answer.lines.map(({ number, text: line }) => `${number} ${line}`)).toEqual([
      "501 #CHROM\tPOS",
      "502 1\t5",
      "503 ##2\t6",
    ]);
    expect((await read(head.join("\n"), { skip: "##" })).lines).toEqual([]);
  });

  it("are cut around a cell", async () => {
    const cells = Array.from({ length: 500 }, (_, i) => `c${i + 1}`);
    const { lines } = await read(`${cells.join(",")}\nshort\n`, {
      cell: 300,
      delimiter: ",",
      width: 40,
    });
    const [long, short] = lines;
    expect(long?.text.slice(long.cell?.from, long.cell?.to)).toBe("c300");
    expect([long?.text.length, (long?.before ?? 0) + (long?.after ?? 0) + 40]).toEqual([
      40,
      cells.join(",").length,
    ]);
    expect(short).toMatchObject({ text: "short", cell: null, before: 0, after: 0 });
  });

  it("are read by the encoding that the digest was told of, else by what they are", async () => {
    // In Latin-1 "Ã©" has the bytes of "é" in UTF-8.
    const bytes = Buffer.from("m\tÃ©\nx", "latin1");
    const textIn = async (query: Record<string, unknown>) =>
      (await read(bytes, query)).lines[0]?.text;
    expect(await textIn({ encoding: "latin1" })).toBe("m\tÃ©");
    expect(await textIn({})).toBe("m\té");
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    expect((await read(marked, { encoding: "latin1" })).lines[0]?.text).toBe("m\té");
    const odd = Buffer.from("é\n", "latin1");
    expect((await read(odd, { encoding: "utf8" })).lines[0]?.text).toBe("é");
  });

  it("are refused outside the roots, of what is no text, and of what is not there", async () => {
    const request = FileLinesRequest.parse({ file: "/etc/passwd" });
    await expect(
      readFileLines(request, [directory], AbortSignal.timeout(999)),
    ).rejects.toMatchObject({ code: "bad_request" });
    await expect(read(Buffer.from([1, 0, 2]), {})).rejects.toMatchObject({ code: "bad_request" });
    const missing = FileLinesRequest.parse({ file: join(directory, "none") });
    await expect(
      readFileLines(missing, [directory], AbortSignal.timeout(999)),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});
