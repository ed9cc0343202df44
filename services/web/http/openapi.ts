import { z } from "zod";
import { ErrorBody } from "../../contract/errors.ts";
import type { Route } from "./route.ts";

type Json = Record<string, unknown>;
type Components = Readonly<Record<string, z.ZodType>>;

export interface ApiPart {
  /** Where the routes are mounted, e.g. `/api/v1`. */
  readonly root: string;
  readonly tag: string;
  readonly routes: readonly Route[];
}

/**
 * The OpenAPI 3.1 document of the routes, made from the very schemas that check their requests.
 *
 * @param components schemas that stand under a name of their own and are referred to.
 */
export function openApiDocument(
  parts: readonly ApiPart[],
  components: Components,
  version: string,
): Json {
  const named: Components = { ErrorBody, ...components };
  const paths: Record<string, Json> = {};
  for (const { root, tag, routes } of parts) {
    for (const route of routes) {
      const path = openApiPath(root + route.path);
      paths[path] = { ...paths[path], [route.method]: operation(route, tag, named) };
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "Digester", version, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: generate(named, "output"),
    },
  };
}

/** `/jobs/:id` → `/jobs/{id}`. */
function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

function operation(route: Route, tag: string, named: Components): Json {
  return {
    tags: [tag],
    summary: route.summary,
    operationId: operationId(route),
    parameters: [
      ...parameters(route.params, "path", named),
      ...parameters(route.query, "query", named),
    ],
    ...(route.body === null
      ? {}
      : {
          requestBody: {
            content: { "application/json": { schema: jsonSchema(route.body, "input", named) } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, schema]) => [
          status,
          {
            description: route.summary,
            ...(schema === null
              ? {}
              : {
                  content: {
                    [route.mediaType ?? "application/json"]: {
                      schema: jsonSchema(schema, "output", named),
                    },
                  },
                }),
          },
        ]),
      ),
      default: {
        description: "The request failed.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/ErrorBody" } } },
      },
    },
  };
}

function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== "");
  return [method, ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join("");
}

function parameters(schema: z.ZodType | null, place: "path" | "query", named: Components): Json[] {
  if (schema === null) return [];
  const { properties, required } = z
    .looseObject({
      properties: z.record(z.string(), z.unknown()).default({}),
      required: z.array(z.string()).default([]),
    })
    .parse(jsonSchema(schema, "input", named));
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output", named: Components): Json {
  const id = Object.keys(named).find((name) => named[name] === schema);
  if (id !== undefined) return { $ref: reference(id) };
  return generate({ ...named, [unnamed]: schema }, io)[unnamed] ?? {};
}

/** Generated beside the named schemas, so that it refers to them instead of repeating them. */
const unnamed = "unnamed";

function generate(named: Components, io: "input" | "output"): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io, unrepresentable: "any", uri: reference });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $id: _id, $schema: _dialect, ...schema }]) => [id, schema]),
  );
}

const reference = (id: string): string => `#/components/schemas/${id}`;
