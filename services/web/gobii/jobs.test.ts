import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyPatch } from "../jobs/job-model.ts";
import { base, envelopeOf, messagesOf, now, startFace, user, type Face } from "./test-client.ts";
import { posted } from "./test-requests.ts";

let face: Face;
let token: string;
beforeAll(async () => {
  face = await startFace();
  token = await face.signIn();
});
afterAll(() => face.close());

/** A JobDTO as V2.1's client sends it. */
const envelope = (dto: object) => ({
  payload: {
    linkCollection: { linksPerDataItem: [], exploreLinksPerDataItem: [] },
    data: [{ allowedProcessTypes: [], ...dto }],
  },
  header: posted("v2.1", face.root, "x").body.header,
});

/** As the factory of the clients' own tests makes it. */
const sample = (jobName: string | null, fields: object = {}) => ({
  jobId: null,
  jobName,
  type: "load",
  payloadType: "samples",
  status: "in_progress",
  message: "dummy message",
  submittedBy: 1,
  submittedDate: 1_795_487_577_029,
  datasetIds: [],
  id: null,
  ...fields,
});

const post = (dto: object) => face.call("POST", `${base}/jobs`, { token, body: envelope(dto) });
const put = (name: string, dto: object) =>
  face.call("PUT", `${base}/jobs/${encodeURIComponent(name)}`, { token, body: envelope(dto) });
const get = (name: string) =>
  face.call("GET", `${base}/jobs/${encodeURIComponent(name)}`, { token });
const itemOf = (reply: Awaited<ReturnType<typeof get>>) => envelopeOf(reply).payload.data[0];
const createInstruction = (name: string) =>
  face.call("POST", `${base}/instructions/loader`, {
    token,
    body: posted("v2.1", face.root, name).body,
  });

describe("the job of an instruction", () => {
  it("is shown by name and by id exactly as captured", async () => {
    await createInstruction("run1");
    const id = (await face.store.jobByKey("dev", "run1"))?.id ?? 0;
    for (const nameOrId of ["run1", String(id)]) {
      const reply = await get(nameOrId);
      expect(reply.status).toBe(201);
      expect(envelopeOf(reply)).toEqual({
        payload: {
          linkCollection: {
            linksPerDataItem: [
              {
                href: `/gobii-dev//gobii/v1/jobs/${id}`,
                description: `Link to class org.gobiiproject.gobiimodel.dto.noaudit.JobDTO, id ${id}`,
                methods: ["GET", "PUT"],
              },
            ],
            exploreLinksPerDataItem: [],
          },
          data: [
            {
              allowedProcessTypes: ["READ", "UPDATE"],
              jobId: id,
              jobName: "run1",
              type: "load",
              payloadType: "matrix",
              status: "pending",
              message: "Instruction file written by web services",
              submittedBy: 3,
              submittedDate: now,
              datasetIds: [5],
              id,
            },
          ],
        },
        header: {
          gobiiProcessType: "READ",
          dtoHeaderAuth: { userName: null, password: null, token, gobiiCropType: "dev" },
          status: { succeeded: true, statusMessages: [], statusMessagesByCode: {} },
          pagination: null,
          maxGet: null,
          maxPost: null,
          maxPut: null,
          gobiiVersion: "GOBII Server 2.1",
          cropType: "dev",
        },
      });
    }
  });

  it("takes a message but not a status that its digester has not reported", async () => {
    await createInstruction("edited");
    const dto = itemOf(await get("edited")) ?? {};
    const reply = await put("edited", { ...dto, status: "completed", message: "new message" });
    expect(reply.status).toBe(200);
    expect(itemOf(reply)).toEqual({ ...dto, message: "new message" });
    expect(await face.store.jobByKey("dev", "edited")).toMatchObject({ status: "submitted" });
  });

  it("is cancelled by aborted, at once while it waits", async () => {
    await createInstruction("aborted");
    const dto = itemOf(await get("aborted")) ?? {};
    expect(itemOf(await put("aborted", { ...dto, status: "aborted" }))).toMatchObject({
      status: "aborted",
    });
    const job = await face.store.jobByKey("dev", "aborted");
    expect(job).toMatchObject({ status: "aborted", reason: `Cancelled by ${user}.` });
  });

  it("is asked to stop by aborted while it runs", async () => {
    await createInstruction("running");
    const id = (await face.store.jobByKey("dev", "running"))?.id ?? 0;
    await face.store.update(id, (job) =>
      applyPatch(job, { digester: "d", attempt: 1, status: "in_progress" }, now, 15_000),
    );
    const dto = itemOf(await get("running")) ?? {};
    expect(itemOf(await put(String(id), { ...dto, status: "aborted" }))).toMatchObject({
      status: "in_progress",
    });
    expect(await face.store.job(id)).toMatchObject({ cancelledBy: user, status: "in_progress" });
  });
});

describe("POST jobs", () => {
  it("makes a job without an instruction, whose client moves it", async () => {
    const name = "5f0c7a3e-6f5b-4d5e-9d4c-1f1f6f1c9d2a: job";
    const reply = await post(sample(name));
    expect(reply.status).toBe(201);
    const made = itemOf(reply);
    expect(made).toEqual({
      allowedProcessTypes: ["READ", "UPDATE"],
      ...sample(name),
      jobId: made?.["jobId"],
      id: made?.["jobId"],
    });
    expect(made?.["jobId"]).toBeGreaterThan(0);
    expect(itemOf(await get(name))).toEqual(made);

    for (const status of [
      "validation",
      "metadata_load",
      "qc_processing",
      "completed",
      "failed",
      "pending",
    ]) {
      const changed = await put(name, { ...made, status, message: `now ${status}` });
      expect(changed.status).toBe(200);
      expect(itemOf(changed)).toEqual({ ...made, status, message: `now ${status}` });
    }
    const job = await face.store.jobByKey("dev", name);
    expect(job).toMatchObject({ hasInstruction: false, status: "submitted", settledAt: null });
  });

  it.each([null, ""])("makes up a name where it is %j", async (jobName) => {
    const names = await Promise.all(
      Array.from({ length: 5 }, async () => itemOf(await post(sample(jobName)))?.["jobName"]),
    );
    for (const name of names) expect(name).toMatch(/^data_\d{8}_\d{6}_\d{3}$/);
    expect(new Set(names).size).toBe(5);
  });

  it("takes submitted for pending", async () => {
    expect(itemOf(await post(sample("waits", { status: "submitted" })))?.["status"]).toBe(
      "pending",
    );
  });

  it.each<[string, object, string, string]>([
    [
      "a matrix without data sets",
      { payloadType: "matrix", datasetIds: null },
      "BAD_REQUEST",
      "Missing dataset ID for job: bad with payload type matrix.",
    ],
    [
      "a matrix with no data set in the list",
      { payloadType: "matrix", datasetIds: [] },
      "NONE",
      "Matrix load job does not have a dataset id: []",
    ],
    [
      "a matrix with a data set that is null",
      { payloadType: "matrix", datasetIds: [null] },
      "NONE",
      "Matrix load job does not have a dataset id: [null]",
    ],
    [
      "a status that does not exist",
      { status: "nearly_done" },
      "NONE",
      "The job status does not exist: nearly_done",
    ],
    [
      "no_status, which is no term",
      { status: "no_status" },
      "NONE",
      "The job status does not exist: no_status",
    ],
    [
      "a type that does not exist",
      { type: "unload" },
      "NONE",
      "The job type does not exist: unload",
    ],
    [
      "a payload type that does not exist",
      { payloadType: "CV_PAYLOADTYPE_MATRIX" },
      "NONE",
      "The payload type does not exist: CV_PAYLOADTYPE_MATRIX",
    ],
    ["no payload type", { payloadType: null }, "NONE", "The job does not have a payload type"],
    ["no type", { type: null }, "NONE", "The job does not have a type"],
    [
      "a name with a slash",
      { jobName: "../x" },
      "BAD_REQUEST",
      "The job name contains characters that are not allowed: ../x",
    ],
  ])("refuses %s and makes nothing", async (_, fields, type, text) => {
    const reply = await post(sample("bad", fields));
    expect(reply.status).toBe(500);
    expect(messagesOf(reply)).toEqual([text]);
    const { header, payload } = envelopeOf(reply);
    expect(header.status.statusMessages[0]?.gobiiValidationStatusType).toBe(type);
    expect(payload.data).toEqual([]);
    expect(await face.store.jobByKey("dev", "bad")).toBeNull();
  });

  it("takes a matrix job with its data set, and refuses its name a second time", async () => {
    const dto = sample("matrix-job", { payloadType: "matrix", datasetIds: [7] });
    expect(itemOf(await post(dto))).toMatchObject({ payloadType: "matrix", datasetIds: [7] });
    expect(messagesOf(await post(dto))).toEqual(["The specified job already exists: matrix-job"]);
  });

  it.each([
    ["an id that is no number", { submittedBy: "me" }],
    ["a date that is none", { submittedDate: "yesterday" }],
    ["a date beyond all calendars", { submittedDate: 1e300 }],
    ["a list that is none", { datasetIds: "5" }],
  ])("answers a plain 400 to %s", async (_, fields) => {
    expect((await post(sample("bad", fields))).status).toBe(400);
  });
});

describe("GET jobs", () => {
  it("lists all of them, each with a link that leads to it", async () => {
    const other = await startFace();
    const fresh = await other.signIn();
    const names = Array.from({ length: 30 }, (_, n) => `listed-${n}`);
    for (const name of names) {
      await other.call("POST", `${base}/jobs`, { token: fresh, body: envelope(sample(name)) });
    }
    const reply = await other.call("GET", `${base}/jobs`, { token: fresh });
    expect(reply.status).toBe(201);
    const { payload } = envelopeOf(reply);
    expect(payload.data.map((job) => job["jobName"])).toEqual(names);
    const { linksPerDataItem } = payload.linkCollection;
    expect(linksPerDataItem).toHaveLength(30);
    const followed = await other.call("GET", linksPerDataItem[29]?.href ?? "", { token: fresh });
    expect(envelopeOf(followed).payload.data).toEqual([payload.data[29]]);
    await other.close();
  });

  it.each(["unknown", "999999", "0", "-1", "1e3", "..%2Fx"])(
    "answers nothing and no error to %s",
    async (name) => {
      const reply = await face.call("GET", `${base}/jobs/${name}`, { token });
      expect(reply.status).toBe(201);
      const { payload, header } = envelopeOf(reply);
      expect(payload.data).toEqual([]);
      expect(header.status.succeeded).toBe(true);
      expect(header).toMatchObject({
        gobiiVersion: "GOBII Server 2.1",
        cropType: null,
        dtoHeaderAuth: { token: null },
      });
    },
  );

  it("shows none of another crop", async () => {
    const job = await face.store.jobByKey("dev", "run1");
    if (job === null) throw new Error("no job to copy");
    const { id: _, ...fields } = job;
    const foreign = await face.store.create({ ...fields, crop: "rice", key: "foreign" }, null);
    for (const name of ["foreign", String(foreign.id)]) {
      expect(envelopeOf(await get(name)).payload.data).toEqual([]);
    }
    expect((await face.call("GET", `${base}/jobs`, { token })).text).not.toContain("foreign");
  });
});

describe("PUT jobs", () => {
  it("refuses a name that is another job's, and a job that is not there", async () => {
    await post(sample("here"));
    const mismatch = await put("here", sample("there", { jobId: 4 }));
    expect(mismatch.status).toBe(500);
    expect(messagesOf(mismatch)).toEqual([
      "The jobId specified in the dto (4) does not match the jobId passed as a parameter (here)",
    ]);
    expect(messagesOf(await put("nowhere", sample("nowhere")))).toEqual([
      "The job name specified in the dto (nowhere) does not match the job name passed as a parameter (nowhere)",
    ]);
    const { header } = envelopeOf(await put("nowhere", sample(null)));
    expect(header.status.statusMessages[0]).toMatchObject({
      gobiiStatusLevel: "VALIDATION",
      gobiiValidationStatusType: "BAD_REQUEST",
    });
  });

  it("wants exactly one job", async () => {
    const body = { ...envelope({}), payload: { data: [sample("here"), sample("here")] } };
    expect(messagesOf(await face.call("PUT", `${base}/jobs/here`, { token, body }))).toEqual([
      "Request payload data does not contain exactly one item",
    ]);
  });

  it("succeeds for all of many at once on one job", async () => {
    const made = itemOf(await post(sample("busy"))) ?? {};
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, n) => put("busy", { ...made, message: `message ${n}` })),
    );
    expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 200));
    expect(replies.map((reply) => itemOf(reply)?.["message"])).toEqual(
      replies.map((_, n) => `message ${n}`),
    );
    const events = await face.store.events(Number(made["jobId"]));
    expect(events.filter((event) => event.type === "edited")).toHaveLength(101);
  });

  it("answers in V2.2's form to V2.2", async () => {
    const header = posted("v2.2", face.root, "x").body.header;
    const own = await face.signIn();
    const body = { ...envelope(sample("v22-job")), header };
    const reply = await face.call("POST", `${base}/jobs`, { token: own, body });
    expect(envelopeOf(reply).header.dtoHeaderAuth).toEqual({ token: own, gobiiCropType: "dev" });
    const shown = await face.call("GET", `${base}/jobs/v22-job`, { token: own });
    expect(envelopeOf(shown).header.dtoHeaderAuth).toEqual({ token: own, gobiiCropType: "dev" });
  });
});
