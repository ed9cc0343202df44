import { z } from "zod";

/** A regulator's options as form fields. What JSON Schema says beyond this is left to a JSON field. */
export type OptionField = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly fallback: unknown;
} & (
  | {
      readonly kind: "number";
      readonly isWhole: boolean;
      readonly min: number | undefined;
      readonly max: number | undefined;
    }
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "text" }
  | { readonly kind: "json" }
);

const PropertySchema = z.looseObject({
  type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
});

const ObjectSchema = z.looseObject({
  properties: z.record(z.string(), PropertySchema).default({}),
});

/** The fields of an options schema, in its order; none where it names no property. */
export function fieldsOf(schema: Record<string, unknown>): OptionField[] {
  const parsed = ObjectSchema.safeParse(schema);
  if (!parsed.success) return [];
  return Object.entries(parsed.data.properties).map(([name, property]) => {
    const common = {
      name,
      title: property.title ?? wordsOf(name),
      description: property.description ?? "",
      fallback: property.default,
    };
    if (property.enum !== undefined) return { ...common, kind: "choice", choices: property.enum };
    switch (property.type) {
      case "integer":
      case "number":
        return {
          ...common,
          kind: "number",
          isWhole: property.type === "integer",
          min: property.minimum,
          max: property.maximum,
        };
      case "boolean":
        return { ...common, kind: "flag" };
      case "string":
        return { ...common, kind: "text" };
      default:
        return { ...common, kind: "json" };
    }
  });
}

/** `maxPerSubmitter` → `Max per submitter`. */
function wordsOf(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
