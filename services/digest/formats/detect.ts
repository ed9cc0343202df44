import type { Detection, FileFormat } from "../../contract/preview.ts";
import type { Format, Recognition } from "./format.ts";
import { formats } from "./formats.ts";
import type { Head } from "./head.ts";

/** Below this an alternative is not worth a line. */
const UNLIKELY = 0.25;

/**
 * Finds out what a file is by its beginning.
 *
 * @param wanted takes it for this format, whatever it looks like.
 */
export function detect(head: Head, wanted: FileFormat | null = null): Detection {
  const found = formats
    .flatMap((format) => {
      const recognition = format.recognise(head);
      return recognition === null ? [] : [{ format, recognition }];
    })
    .toSorted((a, b) => b.recognition.confidence - a.recognition.confidence);
  const best =
    found.find(({ format }) => wanted === null || format.name === wanted) ?? found.at(-1);
  if (best === undefined) throw new RangeError("Every file is of some format.");
  const isWanted = wanted === null || best.format.name === wanted;
  const others = found.filter((one) => one !== best && one.recognition.confidence >= UNLIKELY);
  return {
    ...findingOf(best.format, best.recognition),
    ...sharedFindings(head, best.recognition),
    alternatives: others.map(({ format, recognition }) => findingOf(format, recognition)),
    warnings: [
      ...(isWanted ? [] : [`It does not look like ${titleOf(wanted)} at all.`]),
      ...(head.problem === null ? [] : [head.problem]),
      ...(head.size === 0 ? ["The file is empty."] : []),
      ...(best.recognition.warnings ?? []),
    ],
  };
}

function titleOf(name: FileFormat): string {
  return formats.find((format) => format.name === name)?.title ?? name;
}

function findingOf({ name, title }: Format, { confidence, evidence }: Recognition) {
  return { format: name, title, confidence: Math.round(100 * confidence) / 100, evidence };
}

function sharedFindings(head: Head, recognition: Recognition) {
  const { value, evidence, quotes } = head.delimiter;
  return {
    orientation: recognition.orientation,
    dataSetType: recognition.dataSetType,
    delimiter: recognition.delimiter ?? { value, evidence },
    encoding: head.encoding,
    compression: head.compression,
    lineEnds: head.lineEnds,
    quotes: quotes && recognition.delimiter === undefined,
    missing: recognition.missing ?? [],
    layout: recognition.layout,
    companions: recognition.companions ?? [],
  };
}
