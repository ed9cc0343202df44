import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChunks } from "./file-chunks.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "chunks-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** What the chunks of a file have, or the code of the error that they end with; and how many bytes were told of. */
async function read(bytes: Buffer): Promise<{ text: string; told: number }> {
  const file = join(dir, "file");
  writeFileSync(file, bytes);
  const chunks: Buffer[] = [];
  let told = 0;
  try {
    for await (const chunk of openChunks(file, 100, (count) => (told += count))) {
      chunks.push(Buffer.from(chunk));
    }
  } catch (thrown) {
    return { text: codeOf(thrown), told };
  }
  return { text: Buffer.concat(chunks).toString("latin1"), told };
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
}

function expected(bytes: Buffer): string {
  try {
    return gunzipSync(bytes).toString("latin1");
  } catch (thrown) {
    return codeOf(thrown);
  }
}

/** A member as bgzip writes it. */
function member(text: string, more = Buffer.alloc(0)): Buffer {
  const data = Buffer.from(text, "latin1");
  const deflated = deflateRawSync(data);
  const header = Buffer.from("1f8b08040000000000ff0000", "hex");
  header.writeUInt16LE(more.length + 6, 10);
  const length = Buffer.from("424302000000", "hex");
  length.writeUInt16LE(header.length + more.length + 6 + deflated.length + 7, 4);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(data), 0);
  trailer.writeUInt32LE(data.length, 4);
  return Buffer.concat([header, more, length, deflated, trailer]);
}

const END = member("");
const texts = fc.array(fc.string({ unit: "binary-ascii", maxLength: 400 }), { maxLength: 8 });

describe("the chunks of a file", () => {
  it("are those of its blocked gzip, all of which is told of", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (parts) => {
        const bytes = Buffer.concat([...parts.map((part) => member(part)), END]);
        expect(await read(bytes)).toEqual({ text: parts.join(""), told: bytes.length });
      }),
    );
  });

  it("are in order where there are more members than are inflated at once", async () => {
    const parts = Array.from({ length: 100 }, (_, k) => `${k}`.repeat(30_000));
    const incompressible = Array.from({ length: 20 }, (_, k) =>
      Buffer.from(
        Array.from({ length: 50_000 }, (__, at) => (at * at * (k + 7) + (at >> 3)) & 255),
      ),
    ).map((bytes) => bytes.toString("latin1"));
    const all = [...parts, ...incompressible];
    const bytes = Buffer.concat([...all.map((part) => member(part)), END]);
    expect((await read(bytes)).text === all.join("")).toBe(true);
  });

  it("go on with members that do not say how long they are", async () => {
    const bytes = Buffer.concat([member("a"), gzipSync("b"), member("c"), END]);
    expect((await read(bytes)).text).toBe("abc");
    expect((await read(Buffer.concat([gzipSync("b"), member("c")]))).text).toBe("bc");
  });

  it("leave out padding after the last member, and nothing else", async () => {
    const whole = Buffer.concat([member("a"), END]);
    expect((await read(Buffer.concat([whole, Buffer.alloc(100)]))).text).toBe("a");
    expect((await read(Buffer.concat([whole, Buffer.from("rubbish")]))).text).toBe("Z_DATA_ERROR");
  });

  it("read over other extra fields", async () => {
    const other = Buffer.from("585903000a0b0c", "hex");
    expect((await read(Buffer.concat([member("ab", other), END]))).text).toBe("ab");
  });

  it("are never other than what gunzip makes of it, however it is damaged", async () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.option(fc.nat()) });
    await fc.assert(
      fc.asyncProperty(texts, fc.array(damage, { maxLength: 3 }), async (parts, damages) => {
        let bytes = Buffer.concat([...parts.map((part) => member(part)), END]);
        for (const { at, byte, cut } of damages) {
          bytes[at % bytes.length] = byte;
          if (cut !== null) bytes = bytes.subarray(0, 18 + (cut % bytes.length));
        }
        fc.pre(bytes[0] === 0x1f && bytes[1] === 0x8b);
        const { text } = await read(bytes);
        expect([expected(bytes), "Z_DATA_ERROR", "Z_BUF_ERROR"]).toContain(text);
      }),
      { numRuns: 500 },
    );
  });

  it("fail where members hold more than they say", async () => {
    const bomb = member("a".repeat(60_000));
    bomb.writeUInt32LE(10, bomb.length - 4);
    expect((await read(bomb)).text).toBe("Z_DATA_ERROR");
  });

  it("leave nothing behind where nobody asks for the rest, a damaged one included", async () => {
    const damaged = member("b".repeat(60_000));
    damaged.fill(0xff, 30, damaged.length - 20);
    const file = join(dir, "file");
    // Over 1 MiB, which are not inflated together with what comes after.
    const first = Array.from({ length: 17 }, () => member("a".repeat(65_000)));
    writeFileSync(file, Buffer.concat([...first, damaged, END]));
    for await (const chunk of openChunks(file, 100, () => undefined)) {
      expect(chunk.subarray(0, 3).toString()).toBe("aaa");
      break;
    }
  });
});
