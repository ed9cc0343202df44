import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runningWeb } from "../testing/running-web.ts";
import { openApiDocument } from "./openapi.ts";
import { emptyRoute, route } from "./route.ts";

describe("the OpenAPI document", () => {
  it("shows parameters, bodies and answers of a route, and refers to what has a name", () => {
    const Thing = z.object({ id: z.number() });
    const document = openApiDocument(
      [
        {
          root: "/api",
          tag: "Things",
          routes: [
            route({
              method: "put",
              path: "/things/:id",
              summary: "Changes a thing",
              params: z.object({ id: z.string() }),
              query: z.object({ limit: z.coerce.number().int().max(5).default(1) }),
              body: z.object({ thing: Thing }),
              answer: z.object({ things: z.array(Thing) }),
              handle: async () => ({ body: { things: [] } }),
            }),
            emptyRoute({
              method: "delete",
              path: "/things/:id",
              summary: "Removes a thing",
              params: z.object({ id: z.string() }),
              handle: async () => undefined,
            }),
          ],
        },
      ],
      { Thing },
      "1.0.0",
    );
    expect(document).toMatchObject({
      openapi: "3.1.0",
      paths: {
        "/api/things/{id}": {
          put: {
            operationId: "putThingsId",
            parameters: [
              { name: "id", in: "path", required: true, schema: { type: "string" } },
              { name: "limit", in: "query", required: false, schema: { maximum: 5, default: 1 } },
            ],
            requestBody: {
              content: {
                "application/json": {
                  schema: { properties: { thing: { $ref: "#/components/schemas/Thing" } } },
                },
              },
            },
            responses: {
              200: {
                content: {
                  "application/json": {
                    schema: {
                      properties: {
                        things: { items: { $ref: "#/components/schemas/Thing" } },
                      },
                    },
                  },
                },
              },
              default: {},
            },
          },
          delete: { responses: { 204: { description: "Removes a thing" } } },
        },
      },
      components: { schemas: { Thing: { type: "object" }, ErrorBody: { type: "object" } } },
    });
  });

  it("has every route that scripts rely on, and no reference that leads nowhere", async () => {
    const web = await runningWeb();
    const { body } = await web.ask("GET", "/api/openapi.json");
    const operations = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.toSorted()).toEqual(
      [
        "POST /api/v1/dry-run",
        "POST /api/v1/preview",
        "GET /api/v1/jobs/facets",
        "GET /api/v1/jobs/{id}/lines",
        "POST /api/v1/jobs/undo",
        "POST /api/v1/jobs/{id}/front",
        "POST /api/v1/instructions",
        "GET /api/v1/templates",
        "GET /api/v1/templates/{name}",
        "PUT /api/v1/templates/{name}",
        "DELETE /api/v1/templates/{name}",
        "POST /api/v1/templates/{name}/rename",
        "GET /api/v1/tokens",
        "DELETE /api/v1/tokens/{id}",
        "DELETE /api/v1/users/{name}/tokens",
        "GET /api/v1/instructions/{key}",
        "GET /api/v1/jobs",
        "POST /api/v1/jobs/actions",
        "GET /api/v1/jobs/{id}",
        "GET /api/v1/jobs/{id}/events",
        "GET /api/v1/jobs/{id}/quality",
        "GET /api/v1/jobs/{id}/quality/{table}",
        "GET /api/v1/jobs/{id}/quality/{table}/below",
        "GET /api/v1/jobs/{id}/files",
        "GET /api/v1/jobs/{id}/files/{name}",
        "GET /api/v1/files",
        "POST /api/v1/files",
        "POST /api/v1/jobs/{id}/requeue",
        "POST /api/v1/jobs/{id}/hold",
        "POST /api/v1/jobs/{id}/release",
        "POST /api/v1/jobs/{id}/cancel",
        "POST /api/v1/jobs/{id}/priority",
        "GET /api/v1/events",
        "GET /api/v1/clusters",
        "PUT /api/v1/clusters/{name}",
        "PUT /api/v1/clusters/{name}/limits",
        "GET /api/v1/nodes/history",
        "GET /api/v1/digesters",
        "POST /api/v1/digesters",
        "DELETE /api/v1/digesters/{id}",
        "POST /api/v1/digesters/{id}/drain",
        "POST /api/v1/digesters/{id}/pause",
        "GET /api/v1/regulators",
        "GET /api/v1/digesters/{id}/regulator",
        "PUT /api/v1/digesters/{id}/regulator",
        "POST /api/v1/digesters/{id}/regulator/preview",
        "GET /api/v1/samples",
        "POST /api/v1/samples/{name}",
        "GET /api/v1/about",
        "DELETE /api/callback/job/{id}/output",
        "GET /api/callback/job/{id}/input",
        "GET /api/callback/job/{id}/inputs",
        "POST /api/callback/job/{id}/output",
        "PUT /api/callback/job/{id}/output/{name}",
        "POST /api/callback/errands",
        "POST /api/callback/errands/{id}",
        "POST /api/callback/batch",
        "GET /api/v1/configuration",
        "GET /api/v1/diagnostics",
        "GET /api/v1/statistics",
        "GET /api/v1/events/latest",
        "GET /api/v1/digesters/{id}/events",
        "POST /api/callback/job",
        "PATCH /api/callback/job/{id}",
        "GET /api/callback/job",
        "GET /api/callback/job/{id}/earlier",
      ].toSorted(),
    );
    const references = JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name] of references) expect(body.components.schemas).toHaveProperty([name ?? ""]);
  });
});
