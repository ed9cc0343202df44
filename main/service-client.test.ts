import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import type { AttachedDigester } from "../services/contract/digester.ts";
import { createServiceClient } from "./service-client.ts";

const services = { url: "http://127.0.0.1:8090", token: "secret", pid: 42 };
const at = "2026-11-24T10:00:00Z";

function digester(pid: number, host: string, jobs: number): AttachedDigester {
  return {
    id: `d-${host}-${pid}`,
    url: "http://127.0.0.1:9000",
    attachedAt: at,
    reachable: true,
    lastHeardAt: at,
    problem: null,
    regulators: [],
    status: {
      id: `d-${host}-${pid}`,
      boot: "b",
      revision: 1,
      version: "1",
      host,
      pid,
      startedAt: at,
      draining: false,
      workers: 2,
      lineLimit: 10,
      dataRoots: [],
      labels: [],
      regulator: { name: "first-come", options: {} },
      waiting: [],
      outbox: 0,
      running: Array.from({ length: jobs }, (_, n) => ({
        job: n + 1,
        key: `k${n}`,
        attempt: 1,
        step: "validating",
        progress: 0.5,
        startedAt: at,
      })),
    },
  };
}

function client(answers: Record<string, unknown>) {
  const requests: { path: string; authorization: string | null }[] = [];
  const request: typeof fetch = async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    requests.push({
      path: pathname,
      authorization: new Headers(init?.headers).get("authorization"),
    });
    const answer = answers[pathname];
    return answer === undefined ? new Response("{}", { status: 404 }) : Response.json(answer);
  };
  return { requests, client: createServiceClient(services, request) };
}

describe("what the shell asks the web service", () => {
  it("counts the jobs of the embedded digester, not of others", async () => {
    const scene = client({
      "/api/v1/digesters": {
        digesters: [
          digester(42, "another-node", 3),
          digester(42, hostname(), 2),
          digester(7, hostname(), 5),
        ],
      },
    });
    expect(await scene.client.runningHere()).toBe(2);
    expect(scene.requests).toEqual([{ path: "/api/v1/digesters", authorization: "Bearer secret" }]);
    expect(await client({ "/api/v1/digesters": { digesters: [] } }).client.runningHere()).toBe(0);
  });

  it("does not count a job that was cancelled and has yet to stop", async () => {
    const own = digester(42, hostname(), 2);
    if (own.status?.running[0] !== undefined) own.status.running[0].stopping = true;
    const scene = client({ "/api/v1/digesters": { digesters: [own] } });
    expect(await scene.client.runningHere()).toBe(1);
  });

  it("knows the data roots of all crops", async () => {
    const about = {
      version: "1",
      startedAt: at,
      gobiiUrl: "http://127.0.0.1:8090/gobii-dev",
      crops: [
        { name: "dev", dataRoots: ["/data"] },
        { name: "rice", dataRoots: ["/rice", "/more"] },
      ],
    };
    expect(await client({ "/api/v1/about": about }).client.dataRoots()).toEqual([
      "/data",
      "/rice",
      "/more",
    ]);
  });

  it("fails in words when the service does not answer as it should", async () => {
    await expect(client({}).client.dataRoots()).rejects.toThrow("The web service answered 404.");
    await expect(client({ "/api/v1/about": {} }).client.dataRoots()).rejects.toThrow(
      "Its answer is not valid",
    );
  });
});
