// What a program in Node does first that turns one-letter calls to two letters: a string per line, an array of cells.
import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";

const [source, target] = process.argv.slice(2);
const letters = new Map(
  ["AAA", "CCC", "GGG", "TTT", "NNN", "RAG", "YTC", "SGC", "WAT", "KTG", "MAC"].map((code) => [
    code[0],
    code.slice(1),
  ]),
);
const out = createWriteStream(target);
let isHeader = true;
for await (const line of createInterface({ input: createReadStream(source) })) {
  if (isHeader) {
    isHeader = false;
    continue;
  }
  const cells = line.split("\t").slice(1);
  const converted = cells.map((cell) => letters.get(cell) ?? "NN");
  if (!out.write(`${converted.join("\t")}\n`)) await once(out, "drain");
}
out.end();
