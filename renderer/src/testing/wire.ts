import type { AttachedDigester, DigesterStatus } from "../../../services/contract/digester.ts";
import type { Event } from "../../../services/contract/event.ts";
import type { JobSummary } from "../../../services/contract/job.ts";

/** A submitted job, as the API would list it, with whatever a test wants otherwise. */
export function jobOf(id: number, fields: Partial<JobSummary> = {}): JobSummary {
  return {
    id,
    key: `job_${id}`,
    crop: "dev",
    status: "submitted",
    step: "submitted",
    gobiiStatus: "pending",
    message: null,
    held: false,
    priority: 0,
    front: null,
    attempt: 0,
    progress: null,
    bytesRead: null,
    bytesTotal: null,
    digester: null,
    reason: null,
    failure: null,
    tables: ["marker"],
    source: null,
    labels: [],
    submittedBy: null,
    submittedAt: "2026-11-24T09:30:00.000Z",
    startedAt: null,
    settledAt: null,
    updatedAt: "2026-11-24T09:30:00.000Z",
    ...fields,
  };
}

/** An event of job 1, one second after the one before it. */
export function eventOf(seq: number, fields: Partial<Event> = {}): Event {
  return {
    seq,
    at: new Date(Date.parse("2026-11-24T09:30:00.000Z") + seq * 1000).toISOString(),
    type: "step",
    job: 1,
    key: "job_1",
    attempt: 1,
    digester: "node-03",
    ...fields,
  };
}

/** A reachable digester of four workers with nothing to do, with whatever a test wants otherwise. */
export function digesterOf(
  id: string,
  fields: Partial<AttachedDigester> = {},
  status: Partial<DigesterStatus> = {},
): AttachedDigester {
  return {
    id,
    url: `http://${id}:4310`,
    attachedAt: "2026-11-24T09:00:00.000Z",
    reachable: true,
    lastHeardAt: "2026-11-24T09:30:00.000Z",
    problem: null,
    regulators: [],
    status: {
      id,
      boot: "1",
      revision: 1,
      version: "1.0.0",
      host: id,
      pid: 1,
      startedAt: "2026-11-24T09:00:00.000Z",
      draining: false,
      workers: 4,
      lineLimit: 1000,
      dataRoots: [],
      labels: [],
      regulator: { name: "first-come", options: {} },
      running: [],
      waiting: [],
      outbox: 0,
      ...status,
    },
    ...fields,
  };
}
