import { describe, expect, it } from "vitest";
import { Dispatch } from "./digester.ts";
import { readInstruction } from "./instruction.ts";

const gobiiFile = { source: "/data/in.txt", destination: "/data/out", delimiter: "\\t" };
const list = [{ table: "marker", gobiiFile, gobiiFileColumns: [] }];
const procedure = {
  metadata: { gobiiFile },
  instructions: [{ table: "marker", gobiiFileColumns: [] }],
};
const minimal = { job: 7, attempt: 1, callback: { url: "http://127.0.0.1:1/cb", token: "t" } };

describe("a dispatch", () => {
  it.each([
    ["the list", list],
    ["{metadata, instructions}", procedure],
    ["the posted object", { payload: { data: [{ procedure, instructionFileName: "x" }] } }],
    ["the stored form", readInstruction(list)],
    ["the stored form of a procedure", readInstruction(procedure)],
  ])("takes its instruction as %s", (_form, instruction) => {
    expect(Dispatch.parse({ ...minimal, instruction }).instruction).toEqual(
      readInstruction(instruction),
    );
  });

  it("names a job without a key by its number", () => {
    expect(Dispatch.parse({ ...minimal, instruction: list })).toMatchObject({ key: "job-7" });
    expect(Dispatch.parse({ ...minimal, key: "panel", instruction: list }).key).toBe("panel");
  });

  it("stays the same when it is written and read again", () => {
    const once = Dispatch.parse({ ...minimal, instruction: list });
    expect(Dispatch.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it("may come without crop and settings, and with settings of a newer service", () => {
    expect(Dispatch.parse({ ...minimal, instruction: list })).not.toHaveProperty("settings");
    const settings = { also: ["parquet"], quality: false, missing: ["-9", "NA"] };
    const given = { ...minimal, crop: "maize", settings: { ...settings, later: 1 } };
    expect(Dispatch.parse({ ...given, instruction: list })).toMatchObject({
      crop: "maize",
      settings,
    });
  });

  it("says what is wrong with its instruction", () => {
    for (const instruction of [3, {}, [{ table: "marker", gobiiFile: 5 }], undefined]) {
      const read = Dispatch.safeParse({ ...minimal, instruction });
      expect(read.error?.issues[0]).toMatchObject({
        path: ["instruction"],
        message: expect.stringMatching(/instruction/),
      });
    }
  });
});
