import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GobiiGeneration } from "../gobii-sessions.ts";
import { startWeb, type RunningWeb } from "../start.ts";
import { base } from "./test-client.ts";
import { allGenerations, posted } from "./test-requests.ts";
import { openWire, type Wire, type WireReply } from "./wire.ts";

/*
 * The conversations of GOBii's three generations of clients with the whole service, as bytes: requests as they were captured
 * from the Java clients, answers compared with what GOBii's own server gave, up to ids, times and the order in sets.
 */

let directory: string;
let data: string;
let web: RunningWeb;
let wire: Wire;
let host: string;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "gobii-wire-")));
  data = join(directory, "data");
  web = await startWeb({
    dataDir: data,
    port: 0,
    consoleDir: null,
    samplesDir: null,
    version: "1.2.3",
    log: pino({ level: "silent" }),
  });
  host = new URL(web.url).host;
  wire = await openWire(Number(new URL(web.url).port));
});
afterAll(async () => {
  wire.close();
  await web.close();
  await rm(directory, { recursive: true, force: true });
});

/** As Apache's HttpClient 4.4 writes it. Bodies are Latin-1, though nothing says so. */
function request(line: string, headers: readonly string[], body: string | null = null): Buffer {
  const bytes = Buffer.from(body ?? "", "latin1");
  const head = [
    `${line} HTTP/1.1`,
    ...headers,
    ...(body === null ? [] : [`Content-Length: ${bytes.length}`]),
    `Host: ${host}`,
    "Connection: Keep-Alive",
    "User-Agent: Apache-HttpClient/4.4 (Java/1.8.0_131)",
    "Accept-Encoding: gzip,deflate",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, "latin1"), bytes]);
}

const json = ["Content-Type: application/json", "Accept: application/json"];

const get = (path: string, token: string) =>
  wire.say(request(`GET ${path}`, [`X-Auth-Token: ${token}`]));
const post = (path: string, token: string, body: string) =>
  wire.say(request(`POST ${path}`, [`X-Auth-Token: ${token}`, ...json], body));
const put = (path: string, token: string, body: string) =>
  wire.say(request(`PUT ${path}`, [`X-Auth-Token: ${token}`, ...json], body));

/** As the clients look for it: by a name in exactly this case. */
const headerOf = (reply: WireReply, name: string): string | undefined =>
  reply.headers.find(([known]) => known === name)?.[1];

async function signIn(): Promise<string> {
  const { user, password } = web.gobii;
  const reply = await wire.say(
    request(
      `POST ${base}/auth`,
      [...json, `X-Username: ${user}`, `X-Password: ${password}`],
      "empty",
    ),
  );
  expect(reply.status).toBe(200);
  return headerOf(reply, "X-Auth-Token") ?? "";
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Sets have no order: their members in one that does not matter. */
function withoutOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutOrder);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isSet = key === "methods" || key === "allowedProcessTypes";
      const members = withoutOrder(inner);
      return [key, isSet && Array.isArray(members) ? members.map(String).toSorted() : members];
    }),
  );
}

const bodyOf = (reply: WireReply): Json => {
  expect(headerOf(reply, "Content-Type")).toBe("application/json;charset=UTF-8");
  return withoutOrder(JSON.parse(reply.body) as Json);
};

/** A captured answer, with what was of its time and place. */
const captured = (text: string): Json => withoutOrder(JSON.parse(text) as Json);

const modelClass: Record<GobiiGeneration, string> = {
  "v1.1": "org.gobiiproject.gobiimodel.headerlesscontainer",
  "v2.1": "org.gobiiproject.gobiimodel.dto.instructions.loader",
  "v2.2": "org.gobiiproject.gobiimodel.dto.instructions.loader",
};
const jobClass: Record<GobiiGeneration, string> = {
  "v1.1": "org.gobiiproject.gobiimodel.headerlesscontainer.JobDTO",
  "v2.1": "org.gobiiproject.gobiimodel.dto.noaudit.JobDTO",
  "v2.2": "org.gobiiproject.gobiimodel.dto.noaudit.JobDTO",
};
const paging = '"pagination":null,"maxGet":null,"maxPost":null,"maxPut":null,';

function authText(generation: GobiiGeneration, token: string | null): string {
  if (generation !== "v2.2") {
    const crop = token === null ? "null" : '"dev"';
    const quoted = token === null ? "null" : `"${token}"`;
    return `{"userName":null,"password":null,"token":${quoted},"gobiiCropType":${crop}}`;
  }
  return token === null ? "{}" : `{"token":"${token}","gobiiCropType":"dev"}`;
}

/** The header of a success, as captured. */
function successHeader(generation: GobiiGeneration, token: string): string {
  const version = { "v1.1": "1.1", "v2.1": "2.1", "v2.2": "2.2" }[generation];
  return (
    `{"gobiiProcessType":"READ","dtoHeaderAuth":${authText(generation, token)},` +
    '"status":{"succeeded":true,"statusMessages":[],"statusMessagesByCode":{}},' +
    `${generation === "v1.1" ? "" : paging}"gobiiVersion":"GOBII Server ${version}","cropType":"dev"}`
  );
}

/** The whole of a failure, as captured. */
function failureText(
  generation: GobiiGeneration,
  level: string,
  type: string,
  text: string,
): string {
  const message = JSON.stringify(
    `MESSAGE: ${text};\n EXCEPTION STACK: <no stack trace>;\n CAUSED BY: <no cause message>;\n CAUSED BY STACK: <no cause stack trace>`,
  );
  return (
    '{"payload":{"linkCollection":{"linksPerDataItem":[],"exploreLinksPerDataItem":[]},"data":[]},' +
    `"header":{"gobiiProcessType":"READ","dtoHeaderAuth":${authText(generation, null)},` +
    `"status":{"succeeded":false,"statusMessages":[{"gobiiStatusLevel":"${level}","gobiiValidationStatusType":"${type}","message":${message}}],` +
    `"statusMessagesByCode":{"0-${level}-${type}":${message}}},` +
    `${generation === "v1.1" ? "" : paging}"gobiiVersion":null,"cropType":null}}`
  );
}

interface Sent {
  readonly name: string;
  readonly body: string;
  /** The data item that comes back, as JSON text. */
  readonly item: string;
}

/** The captured request, and what of it comes back: as sent, with what the server fills in. */
function sentBy(generation: GobiiGeneration, name: string, status: string | null = null): Sent {
  const { body, item, parts } = posted(generation, data, name);
  const text = JSON.stringify(body);
  if (generation === "v2.1") {
    const [first] = parts;
    if (first !== undefined) first["columnsByTableName"] = { marker: first["gobiiFileColumns"] };
  }
  if (status !== null)
    for (const part of parts) if ("gobiiJobStatus" in part) part["gobiiJobStatus"] = status;
  item["allowedProcessTypes"] = ["UPDATE", "READ"];
  return { name, body: text, item: JSON.stringify(item) };
}

function instructionText(generation: GobiiGeneration, { name, item }: Sent, token: string): string {
  return (
    `{"payload":{"linkCollection":{"linksPerDataItem":[{"href":"/gobii-dev//gobii/v1/instructions/loader/${name}",` +
    `"description":"Link to class ${modelClass[generation]}.LoaderInstructionFilesDTO, id ${name}","methods":["GET","PUT"]}],` +
    `"exploreLinksPerDataItem":[]},"data":[${item}]},"header":${successHeader(generation, token)}}`
  );
}

describe("before anybody is known", () => {
  it("configsettings are told to anyone, and a password buys a token", async () => {
    const settings = await get(`${base}/configsettings`, "");
    expect(settings.status).toBe(200);
    const port = Number(new URL(web.url).port);
    const fileLocations = {
      EXTRACTOR_INSTRUCTIONS: `${data}/extractor/instructions/`,
      LOADER_INSTRUCTIONS: `${data}/loader/instructions/`,
      LOADER_INTERMEDIATE_FILES: `${data}/loader/digest/`,
      RAW_USER_FILES: `${data}/files/`,
    };
    expect(bodyOf(settings)).toMatchObject({
      payload: {
        data: [
          {
            id: 1,
            allowedProcessTypes: [],
            serverConfigs: {
              dev: {
                port,
                domain: "127.0.0.1",
                contextRoot: "/gobii-dev/",
                gobiiCropType: "dev",
                fileLocations,
              },
            },
            serverCapabilities: { KDC: false, BRAPI: true },
          },
        ],
      },
    });

    const { user, password } = web.gobii;
    const names = [`X-Username: ${user}`, `X-Password: ${password}`];
    const auth = await wire.say(request(`POST ${base}/auth`, [...json, ...names], "empty"));
    expect(auth.status).toBe(200);
    const token = headerOf(auth, "X-Auth-Token");
    expect(token).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(headerOf(auth, "Gobii-Crop-Type")).toBe("dev");
    expect(headerOf(auth, "X-Username")).toBe(user);
    expect(JSON.parse(auth.body)).toEqual({
      userName: user,
      password: null,
      token,
      gobiiCropType: "dev",
    });

    const none = await wire.say(
      request(`POST ${base}/auth`, [...json, "Gobii-Crop-Type: dev"], "empty"),
    );
    expect([none.status, none.body]).toEqual([401, ""]);
  });
});

describe("a client that asks under another name", () => {
  it("is told so in the only form that it reads", async () => {
    for (const [header, text] of [
      [
        "Host: compute-node:8080",
        "This service does not answer under that name. Name it with --allow-host when starting the service.",
      ],
      ["Origin: http://elsewhere.example.org", "Requests from other web pages are refused."],
    ] as const) {
      const sent = request(`GET ${base}/configsettings`, [header]).toString("latin1");
      const isHost = header.startsWith("Host");
      const reply = await wire.say(isHost ? sent.replace(`\r\nHost: ${host}`, "") : sent);
      expect(reply.status).toBe(403);
      const said = bodyOf(reply);
      const message = { gobiiStatusLevel: "ERROR", message: expect.stringContaining(text) };
      expect(said).toMatchObject({
        payload: { data: [] },
        header: { status: { succeeded: false, statusMessages: [message] } },
      });
    }
    const own = await wire.say(
      request("GET /api/v1/jobs", []).toString("latin1").replace(host, "other:1"),
    );
    expect([own.status, JSON.parse(own.body)]).toMatchObject([
      403,
      { error: { code: "forbidden" } },
    ]);
  });
});

describe.each(allGenerations)("a client of %s", (generation) => {
  const name = `run-${generation.replace(".", "")}`;

  it("starts, puts its files where it was told, and posts, reads back, and follows", async () => {
    const token = await signIn();
    for (const path of [
      "contact-search?email=&lastName=&firstName=&userName=loader",
      "names/projects?filterType=BYTYPEID&filterValue=3",
    ]) {
      const reply = await get(`${base}/${path}`, token);
      expect(reply.status).toBe(201);
      expect(bodyOf(reply)).toMatchObject({
        payload: { data: [], linkCollection: { linksPerDataItem: [] } },
        header: { status: { succeeded: true } },
      });
    }
    const sent = sentBy(generation, name);
    const made = await put(`${base}/files/loader/${name}`, token, sent.body);
    expect([made.status, bodyOf(made)]).toMatchObject([
      200,
      { payload: { data: [{ directoryName: `${data}/files/${name}` }] } },
    ]);

    const answer = await post(`${base}/instructions/loader`, token, sent.body);
    expect(answer.status).toBe(201);
    expect(bodyOf(answer)).toEqual(captured(instructionText(generation, sent, token)));

    // By the link of the answer, with nothing but the token.
    const pending = sentBy(generation, name, "CV_PROGRESSSTATUS_PENDING");
    for (const path of [`instructions/loader/${name}`, `instructions/loader/jobs/${name}`]) {
      const back = await get(`/gobii-dev//gobii/v1/${path}`, token);
      expect(back.status).toBe(201);
      expect(bodyOf(back)).toEqual(captured(instructionText(generation, pending, token)));
    }
  });

  it("asks for its job by name and by the number in the link, and writes it back", async () => {
    const token = await signIn();
    // The token tells the generation once it has sent a header.
    await put(`${base}/files/loader/${name}`, token, sentBy(generation, name).body);
    const byName = await get(`${base}/jobs/${name}`, token);
    expect(byName.status).toBe(201);
    const [job] = (JSON.parse(byName.body) as { payload: { data: Array<Record<string, Json>> } })
      .payload.data;
    const id = Number(job?.["jobId"]);
    const isJob = generation !== "v1.1";
    const jobText = (status: string, message: string): string =>
      `{"payload":{"linkCollection":{"linksPerDataItem":[{"href":"/gobii-dev//gobii/v1/jobs/${id}",` +
      `"description":"Link to class ${jobClass[generation]}, id ${id}","methods":["GET","PUT"]}],"exploreLinksPerDataItem":[]},` +
      `"data":[{"allowedProcessTypes":["READ","UPDATE"],"jobId":${id},"jobName":"${name}","type":"load","payloadType":${isJob ? '"matrix"' : "null"},` +
      `"status":"${status}","message":"${message}","submittedBy":3,"submittedDate":${Number(job?.["submittedDate"])},` +
      `"datasetIds":[${isJob ? 5 : "null"}],"id":${id}}]},"header":${successHeader(generation, token)}}`;
    expect(Number(job?.["submittedDate"])).toBeGreaterThan(Date.UTC(2020, 0));
    const written = "Instruction file written by web services";
    expect(bodyOf(byName)).toEqual(captured(jobText("pending", written)));
    expect(bodyOf(await get(`${base}/jobs/${id}`, token))).toEqual(
      captured(jobText("pending", written)),
    );

    const { header } = posted(generation, data, name).body;
    const edited = { ...job, message: "Seen by the client" };
    const body = JSON.stringify({ payload: { data: [edited] }, header });
    const replaced = await put(`${base}/jobs/${name}`, token, body);
    expect(replaced.status).toBe(200);
    expect(bodyOf(replaced)).toEqual(captured(jobText("pending", "Seen by the client")));
  });

  it("is told what is wrong in the words that it looks for", async () => {
    const token = await signIn();
    const { body } = posted(generation, data, name);
    const said = async (what: object): Promise<[number, Json]> => {
      const reply = await post(`${base}/instructions/loader`, token, JSON.stringify(what));
      return [reply.status, bodyOf(reply)];
    };
    const fails = (level: string, type: string, text: string): [number, Json] => [
      500,
      captured(failureText(generation, level, type, text)),
    ];
    const none = { ...body, payload: { ...body.payload, data: [] } };
    expect(await said(none)).toEqual(
      fails(
        "VALIDATION",
        "MISSING_REQUIRED_VALUE",
        "Request payload data does not contain exactly one item",
      ),
    );
    const exists =
      generation === "v1.1"
        ? `The specified instruction file already exists: ${data}/loader/instructions/${name}.json`
        : `The specified loader job already exists: ${name}`;
    expect(await said(body)).toEqual(fails("ERROR", "NONE", exists));

    const missing = posted(generation, data, "missing");
    for (const file of missing.files) {
      file["createSource"] = false;
      file["source"] = `${data}/files/never`;
    }
    expect(await said(missing.body)).toEqual(
      fails(
        "VALIDATION",
        "ENTITY_DOES_NOT_EXIST",
        `The load file was specified to exist, but does not exist: ${data}/files/never`,
      ),
    );
    const instruction = await get(`${base}/instructions/loader/never`, token);
    expect(instruction.status).toBe(generation === "v1.1" ? 201 : 500);
    const unknownJob = await get(`${base}/jobs/never`, token);
    expect([unknownJob.status, bodyOf(unknownJob)]).toMatchObject([
      201,
      { payload: { data: [] }, header: { status: { succeeded: true } } },
    ]);
  });

  it("sends Latin-1 and reads UTF-8", async () => {
    const token = await signIn();
    const { body, parts } = posted(generation, data, `${name}-latin`);
    for (const part of parts) part["contactEmail"] = "renée@example.org";
    const text = JSON.stringify(body);
    const reply = await post(`${base}/instructions/loader`, token, text);
    expect(reply.status).toBe(201);
    expect(reply.body).toContain('"contactEmail":"renée@example.org"');
  });
});
