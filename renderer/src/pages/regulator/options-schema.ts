import { z } from "zod";
import { qualifiers, type Qualifier } from "../../../../services/contract/job-search.ts";
import { wordsOfName } from "../../format/option-words.ts";

/** A regulator's options as form fields. What JSON Schema says beyond this is left to a JSON field. */
export type OptionField = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly fallback: unknown;
} & (
  | ({ readonly kind: "number" } & NumberBounds)
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "text" }
  | NumbersField
  | PartsField
  | { readonly kind: "json" }
);

export interface NumberBounds {
  readonly isWhole: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** A number for each of some names. */
export interface NumbersField {
  readonly kind: "numbers";
  readonly nameTitle: string;
  readonly numberTitle: string;
  readonly bounds: NumberBounds;
  /** Names are values of this; null: of nothing that is known. */
  readonly qualifier: Qualifier | null;
}

/** Strategies in order, each with options of its own. */
export interface PartsField {
  readonly kind: "parts";
  readonly choices: readonly PartChoice[];
  readonly least: number;
  readonly most: number;
}

interface PartChoice {
  readonly name: string;
  readonly title: string;
  readonly fields: readonly OptionField[];
}

const Property = z.looseObject({
  type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
});
type Property = z.infer<typeof Property>;

const ObjectSchema = z.looseObject({ properties: z.record(z.string(), Property).default({}) });

const NumbersSchema = z.looseObject({
  propertyNames: z.looseObject({
    title: z.string().default("Name"),
    qualifier: z.enum(qualifiers).nullable().default(null),
  }),
  additionalProperties: Property.extend({ type: z.enum(["number", "integer"]) }),
});

const PartsSchema = z.looseObject({
  minItems: z.number().default(0),
  maxItems: z.number().default(Infinity),
  items: z.looseObject({
    oneOf: z
      .array(
        z.looseObject({
          title: z.string().optional(),
          properties: z.looseObject({
            name: z.looseObject({ const: z.string() }),
            options: z.record(z.string(), z.unknown()).default({}),
          }),
        }),
      )
      .min(1),
  }),
});

/** The fields of an options schema, in its order; none where it names no property. */
export function fieldsOf(schema: Record<string, unknown>): OptionField[] {
  const parsed = ObjectSchema.safeParse(schema);
  if (!parsed.success) return [];
  return Object.entries(parsed.data.properties).map(([name, property]) => ({
    name,
    title: property.title ?? wordsOfName(name),
    description: property.description ?? "",
    fallback: property.default,
    ...kindOf(property),
  }));
}

function kindOf(property: Property) {
  if (property.enum !== undefined) return { kind: "choice", choices: property.enum } as const;
  switch (property.type) {
    case "integer":
    case "number":
      return { kind: "number", ...boundsOf(property) } as const;
    case "boolean":
      return { kind: "flag" } as const;
    case "string":
      return { kind: "text" } as const;
    default:
      return numbersOf(property) ?? partsOf(property) ?? ({ kind: "json" } as const);
  }
}

function boundsOf({ type, minimum, maximum }: Property): NumberBounds {
  return { isWhole: type === "integer", min: minimum, max: maximum };
}

function numbersOf(property: Property): NumbersField | null {
  const found = NumbersSchema.safeParse(property).data;
  if (found === undefined) return null;
  return {
    kind: "numbers",
    nameTitle: found.propertyNames.title,
    numberTitle: found.additionalProperties.title ?? "Number",
    bounds: boundsOf(found.additionalProperties),
    qualifier: found.propertyNames.qualifier,
  };
}

function partsOf(property: Property): PartsField | null {
  const found = PartsSchema.safeParse(property).data;
  if (found === undefined) return null;
  return {
    kind: "parts",
    choices: found.items.oneOf.map(({ title, properties: { name, options } }) => ({
      name: name.const,
      title: title ?? name.const,
      fields: fieldsOf(options),
    })),
    least: found.minItems,
    most: found.maxItems,
  };
}
