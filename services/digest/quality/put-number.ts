import { putNumber, type ByteBuffer } from "../output/byte-sink.ts";

const ZERO = 48;
const DOT = 46;
const MINUS = 45;
const EXPONENT = 101;
const SMALLEST = 1e-300;
/** Ten thousandths: four decimals. */
const SCALE = 10_000;

/** Writes a number with four decimals; nothing for null. */
export function putDecimal(sink: ByteBuffer, value: number | null): void {
  if (value === null) return;
  sink.room(20);
  const scaled = Math.round(Math.abs(value) * SCALE);
  if (value < 0 && scaled > 0) sink.bytes[sink.at++] = MINUS;
  const whole = Math.floor(scaled / SCALE);
  putNumber(sink, whole);
  sink.bytes[sink.at++] = DOT;
  let rest = scaled - whole * SCALE;
  for (let unit = SCALE / 10; unit >= 1; unit /= 10) {
    const digit = Math.floor(rest / unit);
    sink.bytes[sink.at++] = ZERO + digit;
    rest -= digit * unit;
  }
}

/** Writes a probability with five digits, as 1.2345e-12; below what doubles can tell from 0 it is 0. */
export function putProbability(sink: ByteBuffer, value: number | null): void {
  if (value === null) return;
  if (value >= 0.1 || value < SMALLEST) return putDecimal(sink, value);
  let exponent = Math.ceil(-Math.log10(value));
  let mantissa = value * 10 ** exponent;
  // The logarithm may be off by its last bit, and rounding may make 10 of 9.99999.
  if (mantissa < 1) mantissa = value * 10 ** ++exponent;
  if (Math.round(mantissa * SCALE) >= 10 * SCALE) {
    mantissa /= 10;
    exponent--;
  }
  putDecimal(sink, mantissa);
  sink.room(8);
  sink.bytes[sink.at++] = EXPONENT;
  sink.bytes[sink.at++] = MINUS;
  putNumber(sink, exponent);
}

/** Writes short text of ASCII. */
export function putText(sink: ByteBuffer, text: string): void {
  sink.room(text.length);
  for (let i = 0; i < text.length; i++) sink.bytes[sink.at++] = text.charCodeAt(i);
}
