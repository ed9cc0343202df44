import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Load } from "../contract/load.ts";
import { digest } from "./digest.ts";
import { translateJavaRegex } from "./source/java-regex.ts";
import { createTimeBox } from "./source/pattern-watch.ts";
import { column } from "./testing/golden-case.ts";
import { makeLoad } from "./testing/make-load.ts";
import { everythingKnown } from "./validation/known-source.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "patterns-"));
  mkdirSync(join(dir, "input"));
  mkdirSync(join(dir, "out"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const HOSTILE = "(a+)+$";
const endless = `${"a".repeat(60)}b`;
const hostileFilter = { findText: HOSTILE, replaceText: "" };

/** Long enough for any block that is read as it should be, on a busy machine too. */
const BUDGET_MS = 1500;

async function errorsOf(load: Load, text: string) {
  writeFileSync(join(dir, "input/a.txt"), text);
  const outDir = join(dir, "out");
  const known = everythingKnown;
  const { status, errors, mayPass } = await digest(
    {
      load,
      root: dir,
      outDir,
      publishDir: outDir,
      knownCrops: null,
      known,
      patternBudgetMs: BUDGET_MS,
    },
    { onPhase: () => {}, onProgress: () => {}, checkpoint: () => {} },
  );
  expect(status).toBe("failed");
  expect(mayPass).toBeUndefined();
  expect(readdirSync(outDir)).toEqual([]);
  return errors;
}

const told = (line: number, at: number) => ({
  message: expect.stringMatching(
    /^The regular expression "\(a\+\)\+\$" did not come to an end.*"aaaaa/,
  ),
  file: join(dir, "input/a.txt"),
  line,
  column: at,
});

describe("an expression without end fails its load and names itself, file, line and column", () => {
  it("in a column", async () => {
    const load = makeLoad({ t: [column("CSV_COLUMN", "name", 1, 2, hostileFilter)] });
    expect(await errorsOf(load, `h\th\th\nx\ty\tz\nx\ty\t${endless}\n`)).toEqual([told(3, 3)]);
  });

  it("in a row", async () => {
    const load = makeLoad({ t: [column("CSV_ROW", "name", 1, 1, hostileFilter)] });
    expect(await errorsOf(load, `h\th\th\nx\tz\t${endless}\n`)).toEqual([told(2, 3)]);
  });

  it("in a matrix", async () => {
    const load = makeLoad({ calls: [column("CSV_BOTH", "matrix", 1, 1, hostileFilter)] });
    expect(await errorsOf(load, `h\th\th\nx\tAA\tAC\nx\tAA\t${endless}\n`)).toEqual([told(3, 3)]);
  });

  it("as a delimiter, in the line", async () => {
    const load = makeLoad({ t: [column("CSV_COLUMN", "name", 1, 0)] }, {}, { delimiter: HOSTILE });
    expect(await errorsOf(load, `h\nx\n${endless}\n`)).toEqual([told(3, 1)]);
  });
});

describe("createTimeBox", () => {
  const within = createTimeBox();

  it("matches what is matched without it", () => {
    const part = fc.constantFrom(
      "a",
      "b",
      "[ab]",
      ".",
      "(a|b)",
      "(?:ab)",
      "\\d",
      "^",
      "$",
      "\\b",
      "(?=a)",
    );
    const repeated = fc.tuple(part, fc.constantFrom("", "*", "+", "?", "{1,2}", "*+", "+?"));
    const pattern = fc
      .array(repeated, { minLength: 1, maxLength: 4 })
      .map((parts) =>
        parts.map(([one, times]) => (/^[\^$]|^\\b|^\(\?=/.test(one) ? one : one + times)).join(""),
      );
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom("a", "b", "1", " "), maxLength: 12 }),
        (source, text) => {
          const { regex } = translateJavaRegex(source);
          const direct = [...text.matchAll(regex)].map((match) => [match.index, ...match]);
          let boxed: unknown;
          const ended = within(10_000, () => {
            boxed = [...text.matchAll(regex)].map((match) => [match.index, ...match]);
          });
          expect({ ended, boxed }).toEqual({ ended: true, boxed: direct });
        },
      ),
    );
  });

  it("cuts off what takes too long, and goes on working", () => {
    expect(within(50, () => /(a+)+$/.test(endless))).toBe(false);
    expect(within(10_000, () => {})).toBe(true);
  });

  it("throws what the work throws", () => {
    const thrown = new RangeError("mine");
    expect(() =>
      within(10_000, () => {
        throw thrown;
      }),
    ).toThrow(thrown);
  });
});
