import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ErrorBody } from "../../contract/errors.ts";
import type { WebOptions } from "../start.ts";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import {
  missingForPostgres,
  skipNote,
  startPrivatePostgres,
  type PrivatePostgres,
} from "../testing/private-postgres.ts";
import { markerInstruction, runningWeb, type TestWeb } from "../testing/running-web.ts";

/** As much of a JSON schema as tells how to make a value that may pass. */
const Schema = z.looseObject({
  $ref: z.string().optional(),
  const: z.unknown(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown(),
});
const Operation = z.looseObject({
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: z.unknown() })),
  requestBody: z
    .object({ content: z.object({ "application/json": z.object({ schema: z.unknown() }) }) })
    .optional(),
});
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});
type Document = z.infer<typeof Document>;

interface AnyRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

// prettier-ignore
const oddTexts = [
  "", "k", "1", "0", "-1", "1e400", "NaN", "0x10", "9007199254740993", "true", "null", "day",
  "__proto__", "constructor", "..", ".", "../../etc/passwd", "/etc/passwd", "a\0b", "\r\nX-A: b",
  "\ud800", "é", "(a+)+$", '"', "[", "-271821-04-20T00:00:00Z", "9999-12-31T23:59:59Z",
  "status:failed", "http://127.0.0.1:1", "file:///etc/passwd", "a".repeat(3000),
];
const oddText = fc.oneof(fc.constantFrom(...oddTexts), fc.string());
const oddNumber = fc.constantFrom(0, 1, 2, -1, 0.5, 200, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -1e308);
const oddValue = fc.oneof(oddText, oddNumber, fc.jsonValue({ maxDepth: 3 }));

/** Mostly what passes, so that what lies behind the schemas is reached. */
function valueOf(given: unknown, document: Document, depth = 0): fc.Arbitrary<unknown> {
  const schema = Schema.safeParse(given).data;
  if (schema === undefined || depth > 6) return oddValue;
  const inner = (other: unknown) => valueOf(other, document, depth + 1);
  const fitting = (): fc.Arbitrary<unknown> => {
    if (schema.$ref !== undefined) {
      return inner(document.components.schemas[schema.$ref.split("/").at(-1) ?? ""]);
    }
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const either = schema.anyOf ?? schema.oneOf;
    if (either !== undefined) return fc.oneof(...either.map(inner));
    switch (schema.type) {
      case "object":
        return fc.record(
          Object.fromEntries(
            Object.entries(schema.properties ?? {}).map(([name, one]) => [name, inner(one)]),
          ),
          { requiredKeys: Object.keys(schema.properties ?? {}).slice(0, 3) },
        );
      case "array":
        return fc.array(inner(schema.items), { maxLength: 3 });
      case "boolean":
        return fc.boolean();
      case "integer":
      case "number":
        return oddNumber;
      case "string":
        return oddText;
      default:
        return oddValue;
    }
  };
  return fc.oneof({ weight: 12, arbitrary: fitting() }, { weight: 1, arbitrary: oddValue });
}

const bodyText = (value: unknown, spoil: string): string => {
  const text = JSON.stringify(value) ?? "null";
  return spoil === "cut"
    ? text.slice(0, -1)
    : spoil === "deep"
      ? `${"[".repeat(500)}${text}`
      : text;
};

/** Half of a surrogate pair has no place in a URL. */
const inQuery = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

/** What has no text of its own, as `{"toString": 1}`, has that of its JSON. */
const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");

/** Names of a path are never steps: those the client would take itself. */
const inPath = (text: string): string =>
  text === "" || text === "." || text === ".." ? "%00" : inQuery(text);

function requestOf(
  {
    path,
    method,
    operation,
  }: { path: string; method: string; operation: z.infer<typeof Operation> },
  document: Document,
): fc.Arbitrary<AnyRequest> {
  const named = (place: string) => operation.parameters.filter((one) => one.in === place);
  const texts = (place: string) =>
    fc.record(
      Object.fromEntries(
        named(place).map(({ name, schema }) => [
          name,
          fc.oneof(oddText, valueOf(schema, document).map(textOf)),
        ]),
      ),
      place === "path" ? {} : { requiredKeys: [] },
    );
  const schema = operation.requestBody?.content["application/json"].schema;
  return fc
    .record({
      names: texts("path"),
      query: texts("query"),
      body: schema === undefined ? fc.constant(undefined) : valueOf(schema, document),
      spoil: fc.constantFrom(...Array.from({ length: 12 }, () => "no"), "cut", "deep"),
      headers: fc.record(
        {
          range: fc.constantFrom("bytes=0-1", "bytes=9-1", "x"),
          "last-event-id": fc.constantFrom("-1", "x", "99999999999999"),
          "content-encoding": fc.constant("gzip"),
        },
        { requiredKeys: [] },
      ),
      type: fc.constantFrom("application/json", "application/json", "text/plain"),
    })
    .map(({ names, query, body, spoil, headers, type }) => {
      const told = Object.entries(query).map(([name, text]) => `${name}=${inQuery(text ?? "")}`);
      const { "content-encoding": encoding, ...others } = headers;
      return {
        method: method.toUpperCase(),
        path: `${path.replace(/\{(\w+)\}/g, (_, name: string) => inPath(names[name] ?? "k"))}?${told.join("&")}`,
        headers:
          schema === undefined
            ? others
            : {
                ...others,
                "content-type": type,
                ...(encoding === undefined || spoil === "no"
                  ? {}
                  : { "content-encoding": encoding }),
              },
        body: schema === undefined ? null : bodyText(body, spoil),
      };
    });
}

/** What another service failed to do is told as 502 or 503. */
const isOwnFault = (status: number): boolean => status >= 500 && status !== 502 && status !== 503;

async function refusalOf(web: TestWeb, request: AnyRequest): Promise<void> {
  const leave = new AbortController();
  const response = await fetch(web.url + request.path, {
    method: request.method,
    headers: { ...request.headers, authorization: `Bearer ${web.token}` },
    body: request.body,
    signal: leave.signal,
  });
  expect(isOwnFault(response.status), `${response.status}`).toBe(false);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  if (response.status < 400) return leave.abort();
  const { error } = ErrorBody.parse(await response.json());
  expect(error.message).not.toMatch(/node_modules|\.ts:\d|call stack|is not a function/);
}

async function expectAnyRoute(options: Partial<WebOptions>): Promise<void> {
  const web = await runningWeb(options);
  await mkdir(join(web.dataDir, "files", "run1"), { recursive: true });
  await writeFile(join(web.dataDir, "files", "run1", "a.txt"), "name\nm1\n");
  await web.ask("POST", "/api/v1/instructions", {
    key: "k",
    instructions: markerInstruction(web.dataDir),
  });
  const document = Document.parse((await web.ask("GET", "/api/openapi.json")).body);
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
  expect(routes.length).toBeGreaterThan(50);
  await fc.assert(
    fc.asyncProperty(fc.oneof(...routes.map((one) => requestOf(one, document))), (request) =>
      refusalOf(web, request),
    ),
    { numRuns: 300 },
  );
  expect((await web.ask("GET", "/api/v1/jobs/k")).status).toBe(200);
}

async function expectGobiiFace(options: Partial<WebOptions>): Promise<void> {
  const web = await runningWeb(options);
  const { user, password } = web.gobii;
  const signIn = { "x-username": user, "x-password": password };
  const text = oddText.map(inPath);
  const item = fc.record(
    {
      instructionFileName: oddValue,
      name: oddValue,
      jobName: oddValue,
      status: oddValue,
      gobiiLoaderInstructions: fc.oneof(
        oddValue,
        fc.constant(markerInstruction(web.dataDir)),
        fc.array(fc.record({ table: oddValue, gobiiFile: oddValue, gobiiFileColumns: oddValue })),
      ),
      procedure: fc.oneof(oddValue, fc.record({ metadata: oddValue, instructions: oddValue })),
    },
    { requiredKeys: [] },
  );
  const envelope = fc.oneof(
    oddValue,
    fc.record({ header: oddValue, payload: fc.record({ data: fc.array(item, { maxLength: 2 }) }) }),
  );
  const call = fc.oneof(
    fc.tuple(
      fc.constant("GET"),
      text.chain((name) =>
        fc.constantFrom(
          `instructions/loader/${name}`,
          `instructions/loader/jobs/${name}`,
          `jobs/${name}`,
          `contact/${name}`,
          `files/loader/${name}?fileFormat=txt`,
        ),
      ),
      fc.constant(null),
    ),
    fc.tuple(fc.constant("POST"), fc.constantFrom("instructions/loader", "jobs"), envelope),
    fc.tuple(
      fc.constant("PUT"),
      text.chain((name) => fc.constantFrom(`jobs/${name}`, `files/loader/${name}`)),
      envelope,
    ),
  );
  await fc.assert(
    fc.asyncProperty(call, async ([method, path, body]) => {
      const response = await fetch(`${web.gobii.url}/gobii/v1/${path}`, {
        method,
        headers: { ...signIn, "content-type": "application/json" },
        body: method === "GET" ? null : (JSON.stringify(body) ?? "null"),
      });
      const said = await response.text();
      expect([200, 201, 400, 404, 500]).toContain(response.status);
      expect(said).not.toMatch(/Something went wrong|node_modules|\.ts:\d|call stack/);
      if (response.status !== 500) return;
      expect(JSON.parse(said)).toMatchObject({ header: { status: { succeeded: false } } });
    }),
    { numRuns: 150 },
  );
}

/** What must hold whatever keeps the record. */
function isAnswered(options: () => Partial<WebOptions>): void {
  it("whatever is asked of whichever route, the answer is what it does or, in words, why not", async () => {
    await expectAnyRoute(options());
    expect.hasAssertions();
  }, 120_000);

  it("whatever is asked of the GOBii face, a failure is told in its envelope", async () => {
    await expectGobiiFace(options());
    expect.hasAssertions();
  }, 120_000);
}

describe("with the record in memory", () => {
  isAnswered(() => ({}));
});

const missing = missingForPostgres();
describe.skipIf(missing !== null)(`with the record in PostgreSQL ${skipNote(missing)}`, () => {
  let server: PrivatePostgres;
  beforeAll(async () => {
    server = await startPrivatePostgres();
  }, 60_000);
  afterAll(() => server.dispose());
  isAnswered(() => ({
    openStore: () => openPostgresStore(server.freshUrl(), { onWarning: () => undefined }),
  }));
});
