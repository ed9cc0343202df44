import { expect, it } from "vitest";
import { readInstruction } from "../../../../services/contract/instruction.ts";
import { defaultOptions, keyProblem, submitBody, timeName } from "./submit-body.ts";

it("sends what was said and leaves the rest to the service", () => {
  const instruction = readInstruction([{ table: "marker" }]);
  expect(Object.keys(submitBody(instruction, defaultOptions, null))).toEqual(["instructions"]);
  const options = { key: " wheat_7 ", priority: 5, hold: true, submittedBy: "ana" };
  expect(submitBody(instruction, options, "wheat_6")).toMatchObject({
    key: "wheat_7",
    priority: 5,
    hold: true,
    submittedBy: "ana",
    editOf: "wheat_6",
  });
});

it("knows which names are accepted", () => {
  expect(keyProblem("")).toBeNull();
  expect(keyProblem("wheat_7.a-b")).toBeNull();
  expect(keyProblem("../wheat")).not.toBeNull();
  expect(keyProblem("w".repeat(201))).not.toBeNull();
});

it("makes up a name of the time that is a right key", () => {
  const name = timeName(new Date(2026, 10, 24, 9, 31, 7), new Uint8Array([0x4f, 0x0c, 0x9a]));
  expect(name).toBe("data_20261124_093107_4f0c9a");
  expect(keyProblem(name)).toBeNull();
});
