import type { ByteBuffer } from "../output/byte-sink.ts";

export function putUtf8(sink: ByteBuffer, text: string): void {
  // At most three bytes for each unit of a string.
  sink.room(3 * text.length);
  sink.at += sink.bytes.write(text, sink.at);
}
