import { Readable } from "node:stream";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { lowestBelow } from "./lowest-below.ts";

const tableOf = (rows: readonly (readonly [string, string])[]): Readable =>
  Readable.from(["marker\tcall_rate\n", ...rows.map((row) => `${row.join("\t")}\n`)]);

it("counts all below a threshold and keeps the lowest, in the order of the table between equals", async () => {
  const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
  const few = fc.integer({ min: 1, max: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(share, { maxLength: 60 }),
      share,
      few,
      async (values, under, limit) => {
        const named = values.map((value, index) => ({ name: `m${index}`, value }));
        const table = tableOf(named.map(({ name, value }) => [name, String(value)]));
        const below = named.filter(({ value }) => value < under);
        expect(await lowestBelow(table, { figure: "call_rate", under, limit })).toEqual({
          count: below.length,
          lowest: below.toSorted((a, b) => a.value - b.value).slice(0, limit),
        });
      },
    ),
  );
});

it("does not count whoever has no figure, and says where nobody has it", async () => {
  const asked = { under: 0.5, limit: 9 };
  const rows = [
    ["m1", ""],
    ["m2", "0.1"],
  ] as const;
  expect(await lowestBelow(tableOf(rows), { figure: "call_rate", ...asked })).toEqual({
    count: 1,
    lowest: [{ name: "m2", value: 0.1 }],
  });
  await expect(
    lowestBelow(tableOf(rows), { figure: "minor_allele_frequency", ...asked }),
  ).rejects.toThrow("This table does not have minor_allele_frequency.");
});

async function* cut(): AsyncGenerator<string> {
  yield "marker\tcall_rate\nm1\t0.1";
  await Promise.reject(new Error("connection lost"));
}

it("fails as its table does in the middle, and lets go of it where it is of no use", async () => {
  const asked = { under: 0.5, limit: 9 };
  await expect(
    lowestBelow(Readable.from(cut()), { figure: "call_rate", ...asked }),
  ).rejects.toThrow("connection lost");
  const table = tableOf([["m1", "0.1"]]);
  await expect(lowestBelow(table, { figure: "minor_allele_frequency", ...asked })).rejects.toThrow(
    "does not have",
  );
  expect(table.destroyed).toBe(true);
});
