import { expect, it } from "vitest";
import { z } from "zod";
import { fieldsOf } from "./options-schema.ts";

it("makes a field of each option that a schema names", () => {
  const schema = z.toJSONSchema(
    z.object({
      maxPerSubmitter: z.number().int().min(1).default(2).meta({ description: "At once." }),
      order: z.enum(["oldest", "priority"]),
      strict: z.boolean(),
      label: z.string(),
      weights: z.record(z.string(), z.number()),
    }),
  );
  expect(fieldsOf(schema)).toMatchObject([
    {
      kind: "number",
      title: "Max per submitter",
      isWhole: true,
      min: 1,
      fallback: 2,
      description: "At once.",
    },
    { kind: "choice", choices: ["oldest", "priority"] },
    { kind: "flag" },
    { kind: "text" },
    { kind: "json" },
  ]);
});

it("makes none of a schema without options", () => {
  expect(fieldsOf({})).toEqual([]);
  expect(fieldsOf({ type: "object", properties: 7 })).toEqual([]);
});
