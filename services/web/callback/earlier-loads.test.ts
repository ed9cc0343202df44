import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { markerInstruction, runningWeb } from "../testing/running-web.ts";

/** Runs a job to its end, as a digester would by its callbacks. */
async function settle(
  web: Awaited<ReturnType<typeof runningWeb>>,
  job: number,
  status: "completed" | "failed",
): Promise<void> {
  const patch = (body: object) => web.ask("PATCH", `/api/callback/job/${job}`, body);
  const speaker = { digester: "node", attempt: 1 };
  expect((await patch({ ...speaker, callback: 1, status: "in_progress" })).status).toBe(200);
  expect((await patch({ ...speaker, callback: 2, publish: true })).status).toBe(200);
  expect((await patch({ ...speaker, callback: 3, status })).status).toBe(200);
}

describe("the record of earlier loads", () => {
  it("names where completed loads of the crop left tables with names, the newest first", async () => {
    const web = await runningWeb();
    const submit = async (run: string): Promise<number> => {
      const instructions = markerInstruction(web.dataDir, run);
      const { body } = await web.ask("POST", "/api/v1/instructions", { key: run, instructions });
      return body.job.id;
    };
    const [first, second, failed, own] = [
      await submit("run1"),
      await submit("run2"),
      await submit("run3"),
      await submit("run4"),
    ];
    await settle(web, first, "completed");
    await settle(web, second, "completed");
    await settle(web, failed, "failed");
    const { status, body } = await web.ask("GET", `/api/callback/job/${own}/earlier`);
    expect(status).toBe(200);
    expect(body).toEqual({
      loads: ["run2", "run1"].map((run) => ({
        destination: join(web.dataDir, "digest", run),
        tables: ["marker"],
      })),
      more: false,
    });
    expect((await web.ask("GET", "/api/callback/job/999/earlier")).status).toBe(404);
  });
});
