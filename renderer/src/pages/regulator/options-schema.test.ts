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
      weights: z.record(
        z.string().meta({ title: "Submitter", qualifier: "submitter" }),
        z.number().min(0.01).meta({ title: "Weight" }),
      ),
      places: z.record(z.string(), z.int()),
      parts: z
        .array(
          z.discriminatedUnion("name", [
            z.strictObject({ name: z.literal("first-come") }).meta({ title: "First come" }),
            z.strictObject({ name: z.literal("aging"), options: z.object({ after: z.number() }) }),
          ]),
        )
        .min(1)
        .max(10),
      other: z.array(z.string()),
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
    {
      kind: "numbers",
      nameTitle: "Submitter",
      numberTitle: "Weight",
      qualifier: "submitter",
      bounds: { isWhole: false, min: 0.01 },
    },
    { kind: "numbers", nameTitle: "Name", qualifier: null, bounds: { isWhole: true } },
    {
      kind: "parts",
      least: 1,
      most: 10,
      choices: [
        { name: "first-come", title: "First come", fields: [] },
        { name: "aging", title: "aging", fields: [{ name: "after", kind: "number" }] },
      ],
    },
    { kind: "json" },
  ]);
});

it("makes none of a schema without options", () => {
  expect(fieldsOf({})).toEqual([]);
  expect(fieldsOf({ type: "object", properties: 7 })).toEqual([]);
});
