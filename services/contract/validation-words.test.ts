import { describe, expect, it } from "vitest";
import { failureWords } from "./validation-words.ts";

const failure = (reason: string, columnName: string[] = [], values: string[] = []) => ({
  reason,
  columnName,
  values,
});

describe("the words of a failed check", () => {
  it("say what was found, what was expected and what to do", () => {
    expect(failureWords("marker", failure("NULL VALUE", ["name"]))).toBe(
      "Table marker has empty cells in its column name; expected a value in each row. Fill them in the source, or read another column of it.",
    );
    expect(
      failureWords("dataset_marker", failure("Row length does not match matrix size (2 3)")),
    ).toMatch(/has 2 rows, but the matrix has 3 markers; expected a row for each marker\. Check/);
    expect(
      failureWords("dataset_dnarun", failure("Row length does not match matrix size (1 2)")),
    ).toMatch(/the matrix has 2 samples/);
    expect(
      failureWords("germplasm_prop", failure("File not found", [], ["digest.germplasm"])),
    ).toMatch(/needs the table germplasm/);
    expect(failureWords("dnarun", failure("Column not found", ["dnasample.name"]))).toMatch(
      /column name is missing from table dnasample/,
    );
  });

  it("know the reasons that carry a word of their own", () => {
    expect(failureWords("marker_prop", failure("More than one platform id", ["a", "b"]))).toMatch(
      /rows of more than one platform; expected one/,
    );
    expect(failureWords("dnarun", failure("project id does not exist in DB"))).toMatch(
      /a project that the database does not have/,
    );
    expect(failureWords("dnarun", failure("Column not found", ["dnasample_name,num"]))).toBe(
      "The columns dnasample_name and num are missing from table dnarun. Add them to the instruction.",
    );
  });

  it("are the reference's where it has others", () => {
    expect(failureWords("t", failure("Something new", ["a"], ["x"]))).toBe(
      'Table t: Something new, a, "x"',
    );
  });
});
