import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { jobSortFields } from "../contract/api.ts";
import type { Job, JobStatus } from "../contract/job.ts";
import { addCancelCommand } from "./cancel.ts";
import { addDigesterCommand } from "./digester.ts";
import { exitCodeOf } from "./exit.ts";
import { addImportCommand } from "./import.ts";
import { addJobsCommand } from "./jobs.ts";
import { addRegulatorCommand } from "./regulator.ts";
import { addRequeueCommand } from "./requeue.ts";
import { addSubmitCommand } from "./submit.ts";

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

function job(id: number, status: JobStatus): Job {
  const at = "2026-11-24T09:00:00.000Z";
  return {
    id,
    key: `job-${id}`,
    crop: "dev",
    status,
    step: "submitted",
    gobiiStatus: "pending",
    message: null,
    held: false,
    priority: 0,
    front: null,
    attempt: 1,
    progress: null,
    bytesRead: null,
    bytesTotal: null,
    digester: "node-1",
    reason: status === "submitted" ? "Waiting." : null,
    failure: null,
    tables: ["marker"],
    source: "/in.txt",
    labels: [],
    submittedBy: "ana",
    submittedAt: at,
    startedAt: null,
    settledAt: null,
    updatedAt: at,
    result: null,
  };
}

interface Request {
  readonly call: string;
  readonly body: unknown;
}

/** A web service that answers by `method path`, and remembers what it was asked. */
async function startApi(
  routes: Record<string, (request: Request, response: ServerResponse) => unknown>,
): Promise<{ url: string; asked: Request[] }> {
  const asked: Request[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString("utf8");
      const call = `${request.method} ${request.url?.replace("/api/v1", "").split("?")[0]}`;
      const told: Request = { call, body: text === "" ? null : JSON.parse(text) };
      asked.push(told);
      const body = routes[call]?.(told, response);
      if (response.headersSent) return;
      if (body === undefined) {
        const error = { code: "not_found", message: `There is nothing at ${call}.` };
        response.writeHead(404).end(JSON.stringify({ error }));
        return;
      }
      response.writeHead(200).end(JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Runs a command line; what it printed and how it ended. */
async function run(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  let [out, err] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
  const program = new Command().exitOverride();
  for (const add of [
    addSubmitCommand,
    addJobsCommand,
    addRequeueCommand,
    addCancelCommand,
    addDigesterCommand,
    addRegulatorCommand,
    addImportCommand,
  ]) {
    add(program);
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (thrown) {
    return { out, err, exitCode: exitCodeOf(thrown) };
  }
  return { out, err, exitCode: Number(process.exitCode ?? 0) };
}

async function instructionFile(): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "digester-test-")), "panel.json");
  const file = { source: "/in.txt", destination: "/out", delimiter: "\\t" };
  await writeFile(
    path,
    JSON.stringify([{ table: "marker", gobiiFile: file, gobiiFileColumns: [] }]),
  );
  return path;
}

describe("exit codes", () => {
  it("are 2 for what the command line has wrong", async () => {
    for (const url of ["nonsense", "", "ftp://x"]) {
      expect((await run("jobs", "--web", url)).exitCode).toBe(2);
    }
    vi.stubEnv("DIGESTER_WEB", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await run("jobs")).exitCode).toBe(2);
    expect((await run("nonsense")).exitCode).toBe(2);
    expect((await run("jobs", "--web", "http://x", "--limit", "many")).exitCode).toBe(2);
    const options = ["--web", "http://x", "--options", "[1]"];
    expect((await run("regulator", ...options)).exitCode).toBe(2);
    const state = ["--state", "/nowhere"];
    for (const [option, wrong, words] of [
      ["--id", "..", "expected a name without control characters"],
      ["--advertise", "ftp://node", "expected http://… or https://…"],
    ] as const) {
      const { err, exitCode } = await run("digester", ...state, option, wrong);
      expect([exitCode, err]).toEqual([2, expect.stringContaining(words)]);
    }
    const { exitCode, out } = await run("jobs", "--help");
    expect(exitCode).toBe(0);
    const words = out.split(/[\s,;]+/);
    expect(jobSortFields.filter((field) => !words.includes(field))).toEqual([]);
  });

  it("are 3 when nothing answers, and 1 when the answer is no", async () => {
    const { url } = await startApi({});
    expect((await run("jobs", "--web", "http://127.0.0.1:9")).exitCode).toBe(3);
    expect((await run("requeue", "nobody", "--web", url)).exitCode).toBe(1);
  });
});

describe("submit", () => {
  it("posts the instruction under the file's name, and who posted it", async () => {
    const { url, asked } = await startApi({
      "POST /instructions": () => ({ key: "panel", job: job(1, "submitted") }),
    });
    const { out, exitCode } = await run("submit", await instructionFile(), "--web", url, "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ id: 1, status: "submitted" });
    expect(asked[0]?.body).toMatchObject({
      key: "panel",
      instructions: [{ table: "marker" }],
      submittedBy: expect.any(String),
    });
  });

  it.each(["completed", "failed"] as const)("follows a job that %s to its end", async (status) => {
    let settled = false;
    const event = { seq: 9, at: "2026-11-24T09:00:00.000Z", job: 1, key: "job-1", attempt: 1 };
    const { url } = await startApi({
      "POST /instructions": () => ({ key: "panel", job: job(1, "submitted") }),
      "GET /jobs/1": () => job(1, settled ? status : "in_progress"),
      "GET /events": (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(": hello\n\n");
        setTimeout(() => {
          settled = true;
          const told = { event: { ...event, type: "settled", digester: "n", status }, job: null };
          response.write(`event: event\nid: 9\ndata: ${JSON.stringify(told)}\n\n`);
        }, 50);
      },
    });
    const { out, exitCode } = await run("submit", await instructionFile(), "--web", url, "--wait");
    expect(out).toBe(`job-1: ${status}\n`);
    expect(exitCode).toBe(status === "completed" ? 0 : 1);
  });

  it("notices an end that came before the event stream stood", async () => {
    const { url } = await startApi({
      "POST /instructions": () => ({ key: "panel", job: job(1, "submitted") }),
      "GET /jobs/1": () => job(1, "completed"),
      "GET /events": (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(": hello\n\n");
      },
    });
    const { exitCode } = await run("submit", await instructionFile(), "--web", url, "--wait");
    expect(exitCode).toBe(0);
  });

  it("says what is wrong with a file that is no instruction", async () => {
    const path = await instructionFile();
    await writeFile(path, "{");
    expect((await run("submit", path, "--web", "http://127.0.0.1:9")).exitCode).toBe(1);
  });
});

describe("jobs, requeue, cancel", () => {
  const counts = { submitted: 3, in_progress: 0, completed: 0, failed: 0, aborted: 0 };

  it("lists page by page as many as asked for", async () => {
    const { url, asked } = await startApi({
      "GET /jobs": () => {
        const page = asked.length;
        const { result: _result, ...summary } = job(page, "submitted");
        return { jobs: [summary], total: 3, nextCursor: page < 3 ? String(page) : null, counts };
      },
    });
    const { out } = await run("jobs", "--web", url, "--json", "--limit", "3");
    const list = JSON.parse(out) as { jobs: Array<{ id: number }> };
    expect(list.jobs.map(({ id }) => id)).toEqual([1, 2, 3]);
    vi.restoreAllMocks();
    asked.length = 0;
    expect((await run("jobs", "--web", url)).out).toContain("job-1  submitted");
  });

  it("says how many instructions a search has not looked into yet", async () => {
    const { url } = await startApi({
      "GET /jobs": () => ({ jobs: [], total: 0, nextCursor: null, counts, unsearched: 7 }),
    });
    const { err } = await run("jobs", "--web", url, "--q", "word");
    expect(err).toContain("7 instructions are yet to be searched; ask again");
  });

  it("tries every job named, and fails when one of them did", async () => {
    const { url, asked } = await startApi({
      "POST /jobs/a%2Fb/requeue": () => job(2, "submitted"),
    });
    const { out, err, exitCode } = await run("requeue", "missing", "a/b", "--web", url);
    expect(asked).toHaveLength(2);
    expect(asked[1]?.body).toEqual({ by: expect.any(String) });
    expect(out).toBe("job-2: submitted. Waiting.\n");
    expect(err).toContain("missing: error: There is nothing at");
    expect(exitCode).toBe(1);
  });
});

const digester = (id: string, reachable: boolean) => ({
  id,
  url: "http://127.0.0.1:1",
  attachedAt: "2026-11-24T09:00:00.000Z",
  reachable,
  lastHeardAt: null,
  problem: null,
  status: null,
  regulators: [
    { name: "first-come", title: "First come", description: "In order.", optionsSchema: {} },
  ],
});

describe("regulator", () => {
  it("speaks of the only digester that can be reached, and asks when there are several", async () => {
    let digesters = [digester("old", false), digester("n1", true)];
    const { url, asked } = await startApi({
      "GET /digesters": () => ({ digesters }),
      "PUT /digesters/n1/regulator": () => ({}),
    });
    const swap = ["--set", "first-come", "--options", "{}", "--why", "test"];
    const { out } = await run("regulator", "--web", url, ...swap, "--json");
    expect(JSON.parse(out)).toMatchObject({ digester: "n1", regulator: { name: "first-come" } });
    expect(asked.find(({ call }) => call.startsWith("PUT"))?.body).toMatchObject({
      name: "first-come",
      options: {},
      why: "test",
    });
    digesters = [digester("n1", true), digester("n2", true)];
    expect((await run("regulator", "--web", url)).exitCode).toBe(1);
    expect((await run("regulator", "--web", url, "--digester", "n2")).exitCode).toBe(0);
  });
});

describe("import", () => {
  it("says that there is nothing to import", async () => {
    const directory = await mkdtemp(join(tmpdir(), "digester-test-"));
    const { out, err, exitCode } = await run("import", directory, "--web", "http://127.0.0.1:1");
    expect({ out, exitCode }).toEqual({ out: "", exitCode: 0 });
    expect(err).toBe(`No instruction files (*.json) in ${directory}.\n`);
  });
});

describe("a service that listens", () => {
  it.each(["--tls-cert", "--tls-key"])("has no use for %s alone", async (flag) => {
    const { err, exitCode } = await run("digester", flag, "/etc/x.pem");
    expect(err).toContain("options '--tls-cert' and '--tls-key' are needed together");
    expect(exitCode).toBe(2);
  });
});
