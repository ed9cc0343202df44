import { isAscii, isUtf8 } from "node:buffer";
import type { Encoding } from "../../contract/digest-settings.ts";

/** How the text of a source is to be read. */
export interface Decoding {
  readonly encoding: Encoding;
  /** Told once of a file that is not what it was taken for; `line` from 1 is where that shows. */
  onDecoded(path: string, from: "Latin-1" | "UTF-16", line: number): void;
}

/** A chunk in UTF-8. */
interface Decoded {
  readonly bytes: Buffer;
  /** Where in `bytes` the first letter stands that was no UTF-8; -1: there is none. */
  readonly oddAt: number;
}

export interface Decoder {
  /** What is whole of the chunk; valid only until the next call. */
  push(chunk: Buffer): Decoded;
  /** What is left at the end of the file. */
  end(): Decoded;
  /** Whether the file is UTF-16, which shows with its first bytes. */
  readonly isUtf16: boolean;
}

/**
 * Brings text into UTF-8. Text that is UTF-8 already passes as it is, at the cost of a look at it. Where chunks are cut
 * makes no difference.
 *
 * A byte that is part of no UTF-8 sequence is read as Latin-1, which as everywhere on the web means windows-1252 (WHATWG
 * Encoding, section 4.2). A byte order mark counts more than `encoding`.
 */
export function createDecoder(encoding: Encoding): Decoder {
  let kept: Buffer = Buffer.alloc(0);
  let utf16: TextDecoder | null = null;
  let isBegun = false;
  let wholly = encoding === "latin1";

  const begin = (bytes: Buffer): void => {
    isBegun = true;
    const label = utf16Label(bytes);
    if (label !== null) utf16 = new TextDecoder(label);
    if (UTF8_MARK.equals(bytes.subarray(0, UTF8_MARK.length))) wholly = false;
  };

  const decode = (chunk: Buffer, isLast: boolean): Decoded => {
    const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    kept = NOTHING;
    if (!isBegun) {
      if (!isLast && mayBecomeMark(bytes)) {
        kept = Buffer.from(bytes);
        return { bytes: NOTHING, oddAt: -1 };
      }
      begin(bytes);
    }
    if (utf16 !== null) {
      const text = utf16.decode(bytes, { stream: !isLast });
      return { bytes: Buffer.from(text), oddAt: -1 };
    }
    if (isAscii(bytes)) return { bytes, oddAt: -1 };
    if (wholly) return { ...recode(bytes, true), oddAt: -1 };
    const whole = isLast ? bytes.length : bytes.length - openEnd(bytes);
    // A copy: the chunk is valid only until the next one.
    if (whole < bytes.length) kept = Buffer.from(bytes.subarray(whole));
    const text = bytes.subarray(0, whole);
    return isUtf8(text) ? { bytes: text, oddAt: -1 } : recode(text, false);
  };

  return {
    push: (chunk) => decode(chunk, false),
    end: () => decode(NOTHING, true),
    get isUtf16() {
      return utf16 !== null;
    },
  };
}

const NOTHING = Buffer.alloc(0);
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const MARKS = [UTF8_MARK, Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

function utf16Label(bytes: Buffer): "utf-16le" | "utf-16be" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
}

function mayBecomeMark(bytes: Buffer): boolean {
  return MARKS.some(
    (mark) => bytes.length < mark.length && mark.subarray(0, bytes.length).equals(bytes),
  );
}

/** How long a sequence is that begins with a byte, and which second bytes it may have (Unicode 15, table 3-7). */
function sequence(lead: number): { length: number; from: number; to: number } | null {
  if (lead >= 0xc2 && lead <= 0xdf) return { length: 2, from: 0x80, to: 0xbf };
  if (lead >= 0xe0 && lead <= 0xef) {
    return { length: 3, from: lead === 0xe0 ? 0xa0 : 0x80, to: lead === 0xed ? 0x9f : 0xbf };
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    return { length: 4, from: lead === 0xf0 ? 0x90 : 0x80, to: lead === 0xf4 ? 0x8f : 0xbf };
  }
  return null;
}

/** Bytes at `at` that are a whole sequence; 0 where they are none, -1 where they may yet become one. */
function sequenceAt(bytes: Buffer, at: number): number {
  const found = sequence(bytes[at] ?? 0);
  if (found === null) return 0;
  for (let k = 1; k < found.length; k++) {
    const byte = bytes[at + k];
    if (byte === undefined) return -1;
    const [from, to] = k === 1 ? [found.from, found.to] : [0x80, 0xbf];
    if (byte < from || byte > to) return 0;
  }
  return found.length;
}

/** How many bytes at the end may become a sequence with what follows. */
function openEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    if (sequenceAt(bytes, bytes.length - back) === -1) return back;
  }
  return 0;
}

function recode(bytes: Buffer, wholly: boolean): Decoded {
  // At most three bytes for each.
  const out = Buffer.allocUnsafe(3 * bytes.length);
  let at = 0;
  let oddAt = -1;
  for (let i = 0; i < bytes.length;) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x80) {
      out[at++] = byte;
      i++;
      continue;
    }
    const length = wholly ? 0 : Math.max(0, sequenceAt(bytes, i));
    if (length > 0) {
      for (let k = 0; k < length; k++) out[at++] = bytes[i + k] ?? 0;
      i += length;
      continue;
    }
    if (oddAt < 0) oddAt = at;
    for (const coded of LATIN1[byte - 0x80] ?? []) out[at++] = coded;
    i++;
  }
  return { bytes: out.subarray(0, at), oddAt };
}

/** What windows-1252 has from 128 to 159. Node 20 has Latin-1 there, whatever name it is asked by. */
const FROM_128 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** The bytes from 128 in UTF-8. */
const LATIN1: readonly Buffer[] = Array.from({ length: 128 }, (_byte, k) =>
  Buffer.from(FROM_128[k] ?? String.fromCharCode(0x80 + k)),
);
