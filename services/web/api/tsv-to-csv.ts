import { StringDecoder } from "node:string_decoder";
import { Transform } from "node:stream";

/** Turns tab-separated values into CSV of RFC 4180, but with LF line ends; cells hold neither TAB nor line end. */
export function tsvToCsv(): Transform {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const convert = (text: string): string => {
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    return text
      .slice(0, end)
      .split("\n")
      .map((line) => line.split("\t").map(quote).join(","))
      .join("\n");
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, convert(rest + decoder.write(chunk))),
    flush: (done) => done(null, convert(rest + decoder.end()) + rest),
  });
}

function quote(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
