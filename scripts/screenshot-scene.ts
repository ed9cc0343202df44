import { execFileSync } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetInstruction, writeLargeMatrix } from "../e2e/large-matrix.ts";
import { startServices } from "../e2e/services-process.ts";
import type { DigesterAnnouncement, ServicesProcess } from "../e2e/services-process.ts";
import { layOutSample } from "../services/web/samples.ts";

/** A web service with digesters at work, as it might look on a busy morning. */
export type Scene = {
  url: string;
  token: string;
  /** Of a completed job with a matrix, of one that failed by its data, of one that was lost and runs again. */
  jobs: { completed: number; failed: number; lost: number };
  close(): Promise<void>;
};

type Told = { id: number; key: string; status: string; progress: number | null; attempt: number };

/** The same at each run, so that paths in the pictures are. */
const directory = join(tmpdir(), "digester-screenshots");

/**
 * Starts real services and has them digest the shipped samples, two large matrices and a file with an error; kills a
 * digester in the middle. At the end the workers are stopped where they are, so that all pictures show one moment.
 */
export async function setScene(): Promise<Scene> {
  await rm(directory, { recursive: true, force: true });
  const dataDir = join(directory, "data");
  const started: ServicesProcess<unknown>[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((one) => one.kill()));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const web = await startServices(["web", "--port", "18090", "--data", dataDir]);
    started.push(web);
    const { url, token } = web.announcement;

    const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === "" ? null : JSON.parse(text);
    };
    const jobOf = async (key: string): Promise<Told> => (await ask("GET", `/jobs/${key}`)) as Told;
    const until = async (key: string, isSo: (job: Told) => boolean): Promise<Told> => {
      for (let tries = 0; tries < 1200; tries += 1) {
        const job = await jobOf(key);
        if (isSo(job)) return job;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(
        `${key} did not come so far within a minute: ${JSON.stringify(await jobOf(key))}`,
      );
    };
    const submit = async (key: string, body: object): Promise<number> => {
      const answer = (await ask("POST", "/instructions", { key, ...body })) as { job: Told };
      return answer.job.id;
    };
    const startDigester = async (id: string, workers: number) => {
      const args = ["digester", "--web", url, "--token", token, "--id", id];
      const digester = await startServices<DigesterAnnouncement>(
        [...args, "--state", join(directory, id), "--workers", String(workers)],
        { XDG_DATA_HOME: directory },
      );
      started.push(digester);
      return digester;
    };
    const crop = { name: "dev", contextPath: "/gobii-dev", dataRoots: [dataDir], excluded: [] };
    const sample = async (name: string, key: string, spoil?: (text: string) => string) => {
      const instruction = await layOutSample("resources/samples", name, crop, key);
      if (spoil !== undefined) {
        const folder = join(dataDir, "files", key);
        for (const file of await readdir(folder)) {
          const path = join(folder, file);
          await writeFile(path, spoil(await readFile(path, "utf8")));
        }
      }
      return instruction.shape === "list"
        ? { instructions: instruction.instructions }
        : { procedure: instruction.procedure };
    };
    const large = async (key: string, markers: number) => {
      const source = join(dataDir, "files", key);
      await writeLargeMatrix(source, { markers, samples: 500 });
      return { instructions: datasetInstruction(source, join(dataDir, "loader", "digest", key)) };
    };

    const first = await startDigester("node-01", 2);
    const second = await startDigester("node-02", 2);
    const third = await startDigester("node-03", 1);

    // What was done this morning.
    const done: [sample: string, key: string, by: string][] = [
      ["sample-list", "maize_samples_2026", "ana"],
      ["hapmap", "maize_panel_2026", "ana"],
      ["two-letter", "maize_chip_0412", "ravi"],
      ["vcf", "maize_gbs_plate_07", "ana"],
      ["vcf", "maize_gbs_plate_08", "ana"],
      ["hapmap", "maize_panel_testers", "ravi"],
      ["two-letter", "maize_chip_0413", "chen"],
      ["sample-list", "maize_samples_testers", "chen"],
    ];
    for (const [name, key, submittedBy] of done) {
      await submit(key, { ...(await sample(name, key)), submittedBy });
      await until(key, ({ status }) => status === "completed");
    }
    const spoilt = await sample("vcf", "maize_gbs_plate_09", (text) =>
      text.replace("\t0/0:24\t", "\t0/3:24\t"),
    );
    const failed = await submit("maize_gbs_plate_09", { ...spoilt, submittedBy: "ana" });
    await until("maize_gbs_plate_09", ({ status }) => status === "failed");
    await ask("PUT", "/digesters/node-01/regulator", {
      name: "fair-share",
      options: {},
      by: "ravi",
      why: "Three of us load today.",
    });

    // A node that is taken away in the middle: its job runs again elsewhere.
    for (const node of ["node-01", "node-02"]) {
      await ask("POST", `/digesters/${node}/drain`, { draining: true });
    }
    const lost = await submit("wheat_gbs_lines", {
      ...(await large("wheat_gbs_lines", 100_000)),
      submittedBy: "chen",
    });
    await until("wheat_gbs_lines", ({ progress }) => (progress ?? 0) > 0.2);
    await third.kill();
    const queue = [
      ["wheat_gbs_testers", await large("wheat_gbs_testers", 90_000), "chen"],
      ["barley_gbs_2026", await large("barley_gbs_2026", 90_000), "ana"],
      ["barley_gbs_lines", await large("barley_gbs_lines", 90_000), "ravi"],
    ] as const;
    for (const [key, body, submittedBy] of queue) await submit(key, { ...body, submittedBy });
    await until(
      "wheat_gbs_lines",
      ({ attempt, status }) => attempt === 1 && status === "submitted",
    );
    for (const node of ["node-01", "node-02"]) {
      await ask("POST", `/digesters/${node}/drain`, { draining: false });
    }
    for (const key of ["wheat_gbs_lines", ...queue.map(([name]) => name)]) {
      await until(key, ({ status }) => status === "in_progress");
    }
    const waiting: [sample: string, key: string, more: object][] = [
      ["hapmap", "maize_panel_hybrids", { submittedBy: "ana" }],
      ["vcf", "maize_gbs_plate_10", { submittedBy: "ana", priority: 80 }],
      ["two-letter", "maize_chip_0414", { submittedBy: "ravi" }],
      ["sample-list", "maize_samples_hybrids", { submittedBy: "ana" }],
      ["hapmap", "maize_panel_2025", { submittedBy: "chen", hold: true }],
    ];
    for (const [name, key, more] of waiting) {
      await submit(key, { ...(await sample(name, key)), ...more });
    }
    await until("wheat_gbs_lines", ({ progress }) => (progress ?? 0) > 0.3);
    for (const digester of [first, second]) stopWorkers(digester.pid);
    const completed = await jobOf("maize_panel_2026");
    return { url, token, jobs: { completed: completed.id, failed, lost }, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Stops the processes that digest; the digester itself goes on, and keeps its jobs. */
function stopWorkers(digester: number): void {
  const listed = execFileSync("ps", ["-o", "pid=", "--ppid", String(digester)], {
    encoding: "utf8",
  });
  for (const pid of listed.split(/\s+/).filter(Boolean)) process.kill(Number(pid), "SIGSTOP");
}
