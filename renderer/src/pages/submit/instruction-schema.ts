import { z } from "zod";
import { ListInstruction, Procedure } from "../../../../services/contract/instruction.ts";
import type { JsonPath } from "./json-place.ts";

/** As much of JSON Schema as one needs to say what may stand at a place. */
interface Schema {
  readonly anyOf?: readonly Schema[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: unknown;
  readonly items?: Schema | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly type?: string | readonly string[] | undefined;
}

const Schema: z.ZodType<Schema> = z.looseObject({
  anyOf: z.array(z.lazy(() => Schema)).optional(),
  properties: z
    .record(
      z.string(),
      z.lazy(() => Schema),
    )
    .optional(),
  items: z.lazy(() => Schema).optional(),
  enum: z.array(z.unknown()).optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
});

/** What an instruction may be: a list of tables, or a procedure. */
export const instructionSchema: Schema = Schema.parse(
  z.toJSONSchema(z.union([z.array(ListInstruction), Procedure]), {
    io: "input",
    unrepresentable: "any",
  }),
);

/** The schemas of what may stand at a path, each one of several. */
function schemasAt(schema: Schema, [part, ...rest]: JsonPath): readonly Schema[] {
  const all = alternatives(schema);
  if (part === undefined) return all;
  return all.flatMap((one) => {
    const next = typeof part === "number" ? one.items : propertyOf(one, part);
    return next === undefined ? [] : schemasAt(next, rest);
  });
}

function alternatives(schema: Schema): readonly Schema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(alternatives);
}

function propertyOf({ properties = {}, additionalProperties }: Schema, name: string) {
  return properties[name] ?? Schema.safeParse(additionalProperties).data;
}

/** The keys that an object at a path may have, with what each holds in words. */
export function keysAt(schema: Schema, path: JsonPath): readonly { name: string; holds: string }[] {
  const found = new Map<string, string>();
  for (const { properties = {} } of schemasAt(schema, path)) {
    for (const [name, value] of Object.entries(properties)) found.set(name, holdsWords(value));
  }
  return [...found].map(([name, holds]) => ({ name, holds }));
}

/** The values that a place names, as they are written: `"VCF"`, `true`, `null`; none where anything may stand. */
export function valuesAt(schema: Schema, path: JsonPath): readonly string[] {
  const schemas = schemasAt(schema, path);
  // Words that stand for flags are for old clients, not for people.
  const isFlag = schemas.some(({ type }) => type === "boolean");
  const written = schemas.flatMap((one) => {
    if (one.enum !== undefined) return isFlag ? [] : one.enum.map((value) => JSON.stringify(value));
    if (one.type === "boolean") return ["true", "false"];
    return one.type === "null" ? ["null"] : [];
  });
  return [...new Set(written)];
}

const nouns = {
  array: "list",
  object: "object",
  number: "number",
  integer: "number",
  string: "text",
  boolean: "true or false",
} as const;
const kinds = ["array", "object", "number", "integer", "string"] as const;

function holdsWords(schema: Schema): string {
  const all = alternatives(schema);
  const types = new Set(all.flatMap(({ type = [] }) => type));
  const names = all.find((one) => one.enum !== undefined)?.enum;
  // Numbers and flags may come as text, and text as either; of words, a flag takes some only.
  if (types.has("boolean")) return names === undefined ? nouns.string : nouns.boolean;
  if (names !== undefined) return `one of ${names.length}`;
  const kind = kinds.find((one) => types.has(one));
  return kind === undefined ? "" : nouns[kind];
}
