import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DigestSettings } from "../contract/digest-settings.ts";
import type { Load } from "../contract/load.ts";
import { DigestResult } from "../contract/result.ts";
import { digest } from "./digest.ts";
import { column } from "./testing/golden-case.ts";
import { makeLoad } from "./testing/make-load.ts";
import { everythingKnown } from "./validation/known-source.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "settings-"));
  for (const name of ["input", "out"]) mkdirSync(join(dir, name));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function digestText(load: Load, text: string | Buffer, settings: DigestSettings) {
  writeFileSync(join(dir, "input/a.txt"), text);
  const result = await digest(
    {
      load,
      root: dir,
      outDir: join(dir, "out"),
      publishDir: "/published",
      knownCrops: null,
      known: everythingKnown,
      settings,
    },
    { onPhase: () => {}, onProgress: () => {}, checkpoint: () => {} },
  );
  return DigestResult.parse(result);
}

const read = (name: string): string => readFileSync(join(dir, "out", name), "utf8");
const names = makeLoad({ t: [column("CSV_COLUMN", "name", 1, 0)] });

describe("the encoding of sources", () => {
  const latin1 = Buffer.from("name\nmaïs\nsorgo\n", "latin1");

  it("is brought to UTF-8, with a warning that names file and line", async () => {
    const result = await digestText(names, latin1, {});
    expect(read("digest.t")).toBe("name\nmaïs\nsorgo\n");
    expect(result.warnings).toEqual([
      {
        message: expect.stringMatching(/not UTF-8.*read as Latin-1/),
        file: join(dir, "input/a.txt"),
        line: 2,
        column: null,
      },
    ]);
  });

  it("is not remarked upon where it was said, or is UTF-8", async () => {
    const said = await digestText(names, latin1, { encoding: "latin1" });
    expect([said.warnings, read("digest.t")]).toEqual([[], "name\nmaïs\nsorgo\n"]);
    rmSync(join(dir, "out/digest.t"));
    const utf8 = await digestText(names, "name\nmaïs\n", { encoding: "utf8" });
    expect([utf8.warnings, read("digest.t")]).toEqual([[], "name\nmaïs\n"]);
  });

  it("fails a load that is to be UTF-8 and is not, and names the line", async () => {
    const result = await digestText(names, latin1, { encoding: "utf8" });
    expect(result.errors).toMatchObject(
      [{ message: /is not UTF-8.*latin1/, line: 2 }].map(matching),
    );
    expect(readdirSync(join(dir, "out"))).toEqual([]);
  });

  it("may be UTF-16 with a byte order mark, as spreadsheets write it", async () => {
    const result = await digestText(names, Buffer.from("\uFEFFname\r\nmaïs\r\n", "utf16le"), {});
    expect(read("digest.t")).toBe("name\nmaïs\n");
    expect(result.warnings[0]?.message).toMatch(/UTF-16/);
  });
});

describe("the settings of a crop", () => {
  const matrix = makeLoad(
    { calls: [column("CSV_BOTH", "matrix", 1, 1)] },
    { dataSetType: "NUCLEOTIDE_2_LETTER", dataset: { id: 7, name: null } },
  );
  const text = 'marker\ts1\ts2\nm1\tA/C\t-9\nm2\tG/G\t"A/A"\n';

  it("reach the matrix, its quality and what else is made of it", async () => {
    const settings: DigestSettings = {
      also: ["vcf", "parquet"],
      quality: false,
      missing: ["-9"],
      separators: "/",
      quotes: true,
    };
    const result = await digestText(matrix, text, settings);
    expect(result).toMatchObject({ status: "completed", errors: [] });
    expect(read("digest.calls")).toBe("AC\tNN\nGG\tAA\n");
    expect(result.quality).toBeUndefined();
    expect(existsSync(join(dir, "out/quality.json"))).toBe(false);
    expect(result.outputs?.map(({ format, file }) => [format, file])).toEqual([
      ["vcf", "/published/matrix.vcf"],
      ["parquet", "/published/matrix.parquet"],
    ]);
    for (const { file, bytes } of result.outputs ?? []) {
      expect(readFileSync(file.replace("/published", join(dir, "out"))).length).toBe(bytes);
    }
  });

  it("do not count where the instruction says otherwise, or there are none", async () => {
    const unquoted = {
      ...matrix,
      tables: matrix.tables.map((table) => ({ ...table, quotes: false })),
    };
    const result = await digestText(unquoted, text, { missing: ["-9"], quotes: true });
    expect(result.errors).toMatchObject([{ line: 3, column: 3 }]);
    const bare = await digestText(matrix, text, {});
    expect(bare.errors.map(({ line, column: at }) => [line, at])).toEqual([
      [2, 3],
      [3, 3],
    ]);
    expect(bare.outputs).toBeUndefined();
  });
});

function matching({ message, ...rest }: { message: RegExp; line: number }) {
  return { ...rest, message: expect.stringMatching(message) };
}
