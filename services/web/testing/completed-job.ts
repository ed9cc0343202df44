import { join } from "node:path";
import { expect } from "vitest";
import type { DigestResult } from "../../contract/result.ts";
import { markerInstruction, type TestWeb } from "./running-web.ts";

/** A result in which nothing was made and nothing went wrong. */
export const emptyResult: DigestResult = {
  status: "completed",
  tables: [],
  matrix: null,
  validation: [],
  errors: [],
  errorCount: 0,
  warnings: [],
  durationMs: 1,
  bytesRead: 1,
};

/** The job `k`, which an attached digester at `url` has completed. Returns its destination, which nobody has made. */
export async function completedJob(
  web: TestWeb,
  url: string,
  resultIn: (destination: string) => DigestResult,
): Promise<string> {
  const destination = join(web.dataDir, "digest", "k");
  const attach = { url, token: "t", id: "node-1", boot: "1" };
  const { callback } = (await web.ask("POST", "/api/v1/digesters", attach)).body;
  const instructions = markerInstruction(web.dataDir, "k");
  const { job } = (await web.ask("POST", "/api/v1/instructions", { key: "k", instructions })).body;
  for (const patch of [
    { callback: 1, status: "in_progress" },
    { callback: 2, status: "completed", result: resultIn(destination) },
  ]) {
    const answer = await fetch(`${callback.url}/job/${job.id}`, {
      method: "PATCH",
      headers: {
        authorization: `Bearer ${callback.token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ digester: "node-1", attempt: 1, ...patch }),
    });
    expect(answer.status).toBe(200);
  }
  return destination;
}
