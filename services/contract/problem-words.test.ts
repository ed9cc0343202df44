import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { causeOf, describeProblem, withShortPlace } from "./problem-words.ts";
import { DigestProblem } from "./result.ts";

const nowhere = { file: null, line: null, column: null };

describe("the words of a problem", () => {
  it("say where by names, then what, in ours before the reference's", () => {
    const problem = {
      message: "VCFTransformer, Alternate number 3 exceeds",
      plain: "Genotype 0/3, but only 2 alternate alleles (ALT C, T).",
      file: "/data/in/wheat.vcf",
      line: 211,
      column: 14,
      sample: "W14",
      marker: "S1_2:3",
    };
    expect(describeProblem(problem)).toBe(
      'wheat.vcf, line 211, column 14, sample W14, marker "S1_2:3": Genotype 0/3, but only 2 alternate alleles (ALT C, T).',
    );
  });

  it("fit into a row, place first and then the cause", () => {
    expect(
      withShortPlace(
        'wheat.vcf, line 211, column 14, sample W14, marker "S1:3": Genotype 0/3, but',
      ),
    ).toBe("wheat.vcf:211, sample W14: Genotype 0/3, but");
    expect(withShortPlace("Waits, after 2 jobs: fair share")).toBe(
      "Waits, after 2 jobs: fair share",
    );
  });

  it("name the whole path of what has no lines, and nothing that is not known", () => {
    const message = "There is no such file";
    expect(describeProblem({ message, ...nowhere, file: "/data/none.vcf" })).toBe(
      "/data/none.vcf: There is no such file",
    );
    expect(describeProblem({ message, ...nowhere })).toBe(message);
    const named = { message, file: "a.txt", line: 2, column: 3, columnName: "alt" };
    expect(describeProblem(named)).toBe("a.txt, line 2, column 3 alt: There is no such file");
  });

  it("are those of an older service, too", () => {
    const old = { message: "No [x]", file: "/a.txt", line: 3, column: null };
    expect(describeProblem(DigestProblem.parse(old))).toBe("a.txt, line 3: No [x]");
  });

  it("have one cause, wherever the problem is and whomever it concerns", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
    const place = fc.record({
      file: text.map((name) => `/data/${name.replaceAll(/[/\\]/g, "_")}`),
      line: fc.nat(),
      column: fc.option(fc.nat()),
      sample: text,
      marker: text,
    });
    fc.assert(
      fc.property(place, place, fc.nat(9), (a, b, allele) => {
        const words = (where: typeof a) =>
          describeProblem({
            ...where,
            message: "ref",
            plain: `Genotype 0/${allele}: the call is ${JSON.stringify(where.sample)}, which is none.`,
          });
        expect(causeOf(words(a))).toBe(causeOf(words(b)));
        expect(causeOf(words(a))).toMatch(/^Genotype 0.*: the call is …, which is none\.$/);
      }),
    );
  });

  it("keep different causes apart, and words that only look like a place", () => {
    expect(causeOf("a.vcf, line 3: The genotype is empty")).not.toBe(
      causeOf("a.vcf, line 3: The call is empty"),
    );
    expect(causeOf("Validation failures: dnarun.name: NULL VALUE")).toMatch(/^Validation failures/);
    expect(causeOf("/data/a.txt: gone")).toBe(causeOf("/data/b c.txt: gone"));
  });
});
