import type { DataSetType, Orientation } from "../../contract/gobii-terms.ts";
import type { Detection, FileFormat, Layout } from "../../contract/preview.ts";
import type { Head } from "./head.ts";

/** A finding with its reason, in words. */
export interface Found<T> {
  readonly value: T | null;
  readonly evidence: string;
}

/** What a format says of a file that may be one of its own. */
export interface Recognition {
  /** Between 0 and 1; formats that others could be mistaken for keep below 0.9. */
  readonly confidence: number;
  /** For people, the strongest first. */
  readonly evidence: string[];
  readonly orientation: Found<Orientation>;
  readonly dataSetType: Found<DataSetType>;
  readonly layout: Layout;
  /** Where it is not what was guessed of any text. */
  readonly delimiter?: Found<string>;
  readonly missing?: string[];
  readonly companions?: Detection["companions"];
  readonly warnings?: string[];
}

/**
 * A format of source files. To add one, write a file that exports it and name it in `formats.ts`; if its rows are not lines
 * that can be cut at the delimiter, also write a `RowReader` and name it in `row-readers.ts`.
 */
export interface Format {
  readonly name: FileFormat;
  /** For people, e.g. "HapMap". */
  readonly title: string;
  /** Looks at the beginning of a file. Null: it is something else. Never throws. */
  recognise(head: Head): Recognition | null;
}

export const noCalls: Found<never> = { value: null, evidence: "The file holds no calls." };
