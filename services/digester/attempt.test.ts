import { access, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { JobPatch } from "../contract/callback.ts";
import type { Dispatch } from "../contract/digester.ts";
import { finishPublish, publish } from "../gate/publish.ts";
import { createDeliver } from "./callback-client.ts";
import { openAttemptJournal } from "./attempt-journal.ts";
import { startAttempt, type AttemptContext } from "./attempt.ts";
import { createLeftovers } from "./leftovers.ts";
import { openStaging, type Publisher } from "../gate/staging.ts";
import { makeContext } from "./testing/context.ts";
import {
  createGate,
  makeDispatch,
  makeResult,
  startCallbackServer,
  temporaryDirectory,
  until,
  type CallbackServer,
} from "./testing/fakes.ts";
import type { DigestEnd, WorkerPool } from "./worker-pool.ts";
import type { WorkerRequest } from "./worker-protocol.ts";

type Run = WorkerPool["run"];

/** Writes one table as a digest would, with the phases of one. */
const digestOneTable: Run = async ({ outDir, publishDir }, { onPhase, onProgress }) => {
  onPhase({ gobiiStatus: "validation", message: "Beginning Validation" });
  onPhase({ gobiiStatus: "digest", message: "Beginning file digest" });
  await writeFile(join(outDir, "digest.marker"), "name\nm1\n");
  onProgress({ bytesRead: 8, bytesTotal: 8 });
  const file = join(publishDir, "digest.marker");
  return {
    kind: "done",
    result: makeResult({ tables: [{ table: "marker", file, rows: 1, columns: 1 }] }),
  };
};

/** Runs until it is told to stop. */
const digestForever: Run = (_request, { onPhase }, signal) => {
  onPhase({ gobiiStatus: "validation", message: "Beginning Validation" });
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "stopped" }));
  });
};

/** A hand-over command that is a script of Node. */
const command = (script: string) => ({ command: [process.execPath, "-e", script], minutes: 1 });

const realPublisher: Publisher = { publish, finishPublish };

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function setUp(run: Run, more: Partial<AttemptContext> = {}) {
  const server = await startCallbackServer();
  const root = await temporaryDirectory();
  const destination = join(root, "out");
  const context = await makeContext({ pool: { run }, publisher: realPublisher, ...more });
  onTestFinished(async () => {
    await context.close();
    await server.go();
  });
  const dispatch = makeDispatch({ url: server.url, destination, job: 7 });
  const said = (): Array<[number | undefined, string | undefined, string | undefined]> =>
    server.patches
      .filter(({ patch }) => patch.callback !== undefined)
      .map(({ patch }) => [patch.callback, patch.gobiiStatus, patch.message]);
  const last = async (): Promise<JobPatch> => {
    await until(() => context.outbox.size() === 0, "the outcome is delivered");
    const found = server.patches.filter(({ patch }) => patch.callback !== undefined).at(-1);
    if (found === undefined) throw new Error("nothing was said");
    return found.patch;
  };
  return { server, root, destination, context, dispatch, said, last };
}

const withCancel = (cancel: boolean) => ({ status: 200, body: { job: {}, cancel } });

function answerBy(server: CallbackServer, decide: (patch: JobPatch) => number): void {
  server.answer = (_job, patch) => ({ status: decide(patch) });
}

describe("an attempt", () => {
  it("claims, tells each phase in order, publishes with permission, then reports completed", async () => {
    const { server, root, destination, context, dispatch, said, last } =
      await setUp(digestOneTable);
    let atPermission: boolean | null = null;
    server.answer = (_job, patch) => {
      if (patch.publish === true) {
        void exists(destination).then((there) => (atPermission = there));
      }
      return { status: 200 };
    };
    const end = await startAttempt(dispatch, context).ended;
    expect(end).toEqual({ kind: "settled", status: "completed" });
    const outcome = await last();
    expect(said()).toEqual([
      [1, "in_progress", "Beginning Digest"],
      [2, "validation", "Beginning Validation"],
      [3, "digest", "Beginning file digest"],
      [4, undefined, undefined],
      [5, "completed", "Successful Data Load"],
    ]);
    expect(outcome).toMatchObject({ status: "completed", step: "completed", progress: 1 });
    expect(outcome.result?.tables[0]?.file).toBe(join(destination, "digest.marker"));
    expect(atPermission).toBe(false);
    expect(await readFile(join(destination, "digest.marker"), "utf8")).toBe("name\nm1\n");
    expect(await readdir(root)).toEqual(["out"]);
  });

  it("goes by the crop and the settings that its caller tells, whatever the instruction says", async () => {
    const asked: (string | null)[] = [];
    const requests: WorkerRequest[] = [];
    const { context, dispatch } = await setUp(
      (request, listener, signal) => {
        requests.push(request);
        return digestOneTable(request, listener, signal);
      },
      {
        handOverOf: (crop) => {
          asked.push(crop);
          return null;
        },
      },
    );
    const settings = { also: ["vcf" as const], missing: ["-9"] };
    await startAttempt({ ...dispatch, crop: "maize", settings }, context).ended;
    expect([requests[0]?.settings, asked]).toEqual([settings, ["maize"]]);
  });

  it("gives the worker the files of earlier loads where the crop wants that, and says which are out of sight", async () => {
    const requests: WorkerRequest[] = [];
    const files = [{ table: "marker", path: "/earlier/digest.marker" }];
    const { context, dispatch, last } = await setUp(
      (request, listener, signal) => {
        requests.push(request);
        return digestOneTable(request, listener, signal);
      },
      { earlierFiles: async () => ({ files, warnings: ["one is out of sight"] }) },
    );
    await startAttempt({ ...dispatch, settings: { knownRecord: true } }, context).ended;
    expect(requests[0]?.knownFiles).toEqual(files);
    expect((await last()).result?.warnings.map(({ message }) => message)).toEqual([
      "one is out of sight",
    ]);
  });

  it("fails in a way that may pass where nobody says what earlier loads brought", async () => {
    const { context, dispatch, last } = await setUp(digestOneTable);
    // A caller that keeps no such record answers 404.
    await startAttempt({ ...dispatch, settings: { knownRecord: true } }, context).ended;
    expect(await last()).toMatchObject({
      status: "failed",
      mayPass: true,
      message: expect.stringMatching(/did not say what earlier loads brought: status 404/),
    });
  });

  it("hands over what it has published, and completes only when that went well", async () => {
    const read = "console.log(require('fs').readFileSync('digest.marker', 'utf8'))";
    const good = { handOverOf: () => ({ table: command(read) }) };
    const one = await setUp(digestOneTable, good);
    expect(await startAttempt(one.dispatch, one.context).ended).toMatchObject({
      status: "completed",
    });
    await one.last();
    expect(one.said().slice(3)).toEqual([
      [4, undefined, undefined],
      [5, "metadata_load", "Loading Metadata"],
      [6, "completed", "Successful Data Load"],
    ]);
    expect(await readFile(join(one.destination, "hand-over.log"), "utf8")).toContain("name\nm1\n");

    const bad = {
      handOverOf: () => ({ table: command("console.log('no database');process.exit(1)") }),
    };
    const other = await setUp(digestOneTable, bad);
    expect(await startAttempt(other.dispatch, other.context).ended).toMatchObject({
      status: "failed",
    });
    const outcome = await other.last();
    expect(outcome.reason).toContain("ended with code 1:\nno database");
    expect(outcome.step).toBe("loading_metadata");
  });

  it("is not taken for completed by a later life when it was cut short during its hand-over", async () => {
    const { context, dispatch, server } = await setUp(digestOneTable, {
      handOverOf: () => ({
        table: { command: [process.execPath, "-e", "setTimeout(() => {}, 60000)"], minutes: 1 },
      }),
    });
    const attempt = startAttempt(dispatch, context);
    const hasBegun = () =>
      server.patches.some(({ patch }) => patch.gobiiStatus === "metadata_load");
    await until(hasBegun, "the hand-over has begun");
    const { left, journal } = await openAttemptJournal(join(context.state, "attempts.ndjson"));
    await journal.close();
    expect(left).toMatchObject([{ job: 7, completion: null }]);
    attempt.stop({ kind: "stale" });
    expect(await attempt.ended).toEqual({ kind: "dropped" });
  });

  it("leaves nothing behind when the input is wanting, and says where it is", async () => {
    const error = { message: "genotype 0/3", file: "/in/wheat.vcf", line: 211, column: 14 };
    const { root, context, dispatch, last } = await setUp(async ({ outDir }, { onPhase }) => {
      onPhase({ gobiiStatus: "digest", message: "Beginning file digest" });
      await writeFile(join(outDir, "digest.marker"), "na");
      return {
        kind: "done",
        result: makeResult({ status: "failed", errors: [error], errorCount: 1 }),
      };
    });
    expect(await startAttempt(dispatch, context).ended).toEqual({
      kind: "settled",
      status: "failed",
    });
    const outcome = await last();
    expect(outcome.reason).toBe("wheat.vcf, line 211, column 14: genotype 0/3");
    expect(outcome.message).toBe(
      "Status: digest - Beginning file digest | \n" +
        "Unsuccessfully Generated Files - No Data Upload : genotype 0/3 [/in/wheat.vcf:211:14]",
    );
    expect(outcome.result?.status).toBe("failed");
    expect(await readdir(root)).toEqual([]);
  });

  it("leaves no trace and says no word when its claim comes too late, however far it is", async () => {
    for (const run of [digestOneTable, digestForever]) {
      const { server, root, context, dispatch } = await setUp(run);
      const said: unknown[] = [];
      server.answer = (_job, patch) => {
        said.push(patch.callback);
        return { status: 409 };
      };
      expect(await startAttempt(dispatch, context).ended).toEqual({ kind: "dropped" });
      expect(said).toEqual([1]);
      expect(await readdir(root)).toEqual([]);
    }
  });

  it("neither fences off nor publishes nor speaks before its claim is accepted", async () => {
    const gate = createGate();
    const { server, root, destination, context, dispatch } = await setUp(digestOneTable, {
      deliver: async (target, job, patch) => {
        await gate.opened;
        return createDeliver()(target, job, patch);
      },
    });
    const { path: earlier } = await openStaging({ job: 7, attempt: 1, destination }, []);
    const attempt = startAttempt({ ...dispatch, attempt: 2 }, context);
    await attempt.digested;
    expect(attempt.view()).toBeNull();
    expect(await exists(destination)).toBe(false);
    expect(await exists(earlier)).toBe(true);
    expect(server.patches).toEqual([]);
    gate.open();
    expect(await attempt.ended).toEqual({ kind: "settled", status: "completed" });
    expect(await readdir(root)).toEqual(["out"]);
  });

  it("says that it stops from when it is cancelled until it has", async () => {
    const { context, dispatch } = await setUp(
      (_request, _listener, signal) =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () =>
            setTimeout(() => resolve({ kind: "stopped" }), 50),
          ),
        ),
    );
    const onChange = vi.fn<() => void>();
    const attempt = startAttempt(dispatch, { ...context, onChange });
    await until(() => attempt.view() !== null, "claimed");
    expect(attempt.view()).not.toHaveProperty("stopping");
    onChange.mockClear();
    attempt.stop({ kind: "cancelled" });
    expect(attempt.view()).toMatchObject({ stopping: true });
    expect(onChange).toHaveBeenCalled();
    expect(await attempt.ended).toEqual({ kind: "settled", status: "aborted" });
  });

  it("goes back to the line when nobody answers its claim", async () => {
    const { server, context, dispatch } = await setUp(digestOneTable);
    await server.go();
    expect(await startAttempt(dispatch, context).ended).toMatchObject({ kind: "unclaimed" });
  });

  it("drops its outputs when it is not allowed to publish", async () => {
    const { server, root, context, dispatch, said } = await setUp(digestOneTable);
    answerBy(server, (patch) => (patch.publish === true ? 409 : 200));
    expect(await startAttempt(dispatch, context).ended).toEqual({ kind: "dropped" });
    expect(await readdir(root)).toEqual([]);
    expect(said().at(-1)).toEqual([3, "digest", "Beginning file digest"]);
  });

  it("waits with its files for a web service that is away, and publishes when it is back", async () => {
    let gone = false;
    const { server, destination, context, dispatch, said, last } = await setUp(
      async (request, listener, signal) => {
        const end = await digestOneTable(request, listener, signal);
        await until(() => server.patches.some(({ patch }) => patch.callback === 3), "steps told");
        await server.go();
        gone = true;
        return end;
      },
    );
    const attempt = startAttempt(dispatch, context);
    await until(() => gone && context.outbox.size() === 1, "it asks to publish");
    expect(await exists(destination)).toBe(false);
    await server.come();
    expect(await attempt.ended).toEqual({ kind: "settled", status: "completed" });
    expect((await last()).status).toBe("completed");
    expect(said().map(([callback]) => callback)).toEqual([1, 2, 3, 4, 5]);
    expect(await exists(destination)).toBe(true);
  });

  it("does not hold its worker for the delivery of the outcome", async () => {
    const { server, context, dispatch, last } = await setUp(digestOneTable, {
      publisher: {
        ...realPublisher,
        publish: async (staging, destination) => {
          const isMoved = await realPublisher.publish(staging, destination);
          await server.go();
          return isMoved;
        },
      },
    });
    expect(await startAttempt(dispatch, context).ended).toMatchObject({ status: "completed" });
    expect(context.outbox.size()).toBe(1);
    await server.come();
    expect((await last()).status).toBe("completed");
  });

  it("stops when an answer says that a person wants it, and reports aborted", async () => {
    const { server, root, context, dispatch, last } = await setUp(digestForever);
    server.answer = (_job, patch) => withCancel(patch.gobiiStatus === "validation");
    expect(await startAttempt(dispatch, context).ended).toEqual({
      kind: "settled",
      status: "aborted",
    });
    expect(await last()).toMatchObject({ status: "aborted", gobiiStatus: "aborted" });
    expect(await readdir(root)).toEqual([]);
  });

  it("stops without a word when a renewal tells that it is stale", async () => {
    const { server, root, context, dispatch } = await setUp(digestForever);
    answerBy(server, ({ callback }) => (callback === undefined ? 409 : 200));
    expect(await startAttempt(dispatch, context).ended).toEqual({ kind: "dropped" });
    expect(server.patches.some(({ patch }) => patch.status === "aborted")).toBe(false);
    expect(await readdir(root)).toEqual([]);
  });

  it("renews its lease when there is nothing else to say, and stops before the outcome", async () => {
    const gate = createGate();
    const { server, context, dispatch, last } = await setUp(async (request, listener, signal) => {
      await gate.opened;
      return digestOneTable(request, listener, signal);
    });
    const attempt = startAttempt(dispatch, context);
    const renewals = () => server.patches.filter(({ patch }) => patch.callback === undefined);
    await until(() => renewals().length >= 2, "two renewals");
    gate.open();
    await attempt.ended;
    await last();
    expect(server.patches.at(-1)?.patch.status).toBe("completed");
  });

  it("renews its lease though the clock of the node is put back", async () => {
    const gate = createGate();
    let back = 0;
    const { server, context, dispatch } = await setUp(
      async (request, listener, signal) => {
        await gate.opened;
        return digestOneTable(request, listener, signal);
      },
      { now: () => Date.now() - back },
    );
    const attempt = startAttempt(dispatch, context);
    await until(() => attempt.view() !== null, "claimed");
    back = 3_600_000;
    const renewals = () => server.patches.filter(({ patch }) => patch.callback === undefined);
    await expect.poll(() => renewals().length).toBeGreaterThan(1);
    gate.open();
    await attempt.ended;
  });

  it("reports a worker that died, and whose job it was goes on with the next", async () => {
    const crashed: DigestEnd = {
      kind: "crashed",
      reason: "The worker process ended (SIGKILL).",
      mayPass: true,
    };
    const { context, dispatch, last } = await setUp(async () => crashed);
    expect(await startAttempt(dispatch, context).ended).toMatchObject({ status: "failed" });
    expect(await last()).toMatchObject({
      status: "failed",
      reason: crashed.reason,
      mayPass: true,
    });
  });

  it("hands the job back when the service ends, also when its worker was ended first", async () => {
    for (const end of ["stopped", "crashed"] as const) {
      const { root, context, dispatch, last } = await setUp(
        (_request, _listener, signal) =>
          new Promise((resolve) => {
            const how: DigestEnd =
              end === "stopped" ? { kind: end } : { kind: end, reason: "x", mayPass: true };
            if (end === "crashed") setTimeout(() => resolve(how), 50);
            else signal.addEventListener("abort", () => resolve(how));
          }),
      );
      const attempt = startAttempt(dispatch, context);
      await until(() => attempt.view() !== null, "claimed");
      setTimeout(
        () =>
          attempt.stop({
            kind: "closing",
            why: "node-1 is shutting down.",
            report: true,
            deadline: AbortSignal.timeout(2000),
          }),
        100,
      );
      expect(await attempt.ended).toEqual({ kind: "handed_back" });
      expect(await last()).toMatchObject({
        status: "submitted",
        reason: "node-1 is shutting down.",
      });
      expect(await readdir(root)).toEqual([]);
    }
  });

  it("fences off an older attempt that had its permission and sleeps", async () => {
    const gate = createGate();
    let asleep = false;
    const { root, destination, context, dispatch, server } = await setUp(digestOneTable, {
      publisher: {
        ...realPublisher,
        publish: async (staging, to) => {
          if (!asleep) {
            asleep = true;
            await gate.opened;
          }
          return realPublisher.publish(staging, to);
        },
      },
    });
    const old = startAttempt(dispatch, context);
    await until(() => asleep, "the old attempt sleeps, permission in hand");
    const next: Dispatch = { ...dispatch, attempt: 2 };
    expect(await startAttempt(next, context).ended).toMatchObject({ status: "completed" });
    await writeFile(join(destination, "mark"), "of attempt 2");
    answerBy(server, ({ attempt }) => (attempt === 1 ? 409 : 200));
    gate.open();
    await old.ended;
    expect((await readdir(destination)).toSorted()).toEqual(["digest.marker", "mark"]);
    expect(await readdir(root)).toEqual(["out"]);
    const outcomes = server.patches.filter(({ patch }) => patch.status === "completed");
    expect(outcomes.map(({ patch }) => patch.attempt)).toEqual([2]);
  });

  it("finishes first what an older attempt has published the half of, and is not disturbed by it", async () => {
    const { root, destination, context, dispatch } = await setUp(digestOneTable);
    const { path: staging } = await openStaging({ job: 7, attempt: 1, destination }, []);
    const files = ["digest.dnarun", "digest.marker"];
    for (const file of files) await writeFile(join(staging, file), `${file} of attempt 1`);
    await mkdir(destination);
    await writeFile(join(destination, "notes.txt"), "mine");
    const journal = JSON.stringify({ destination, files });
    await writeFile(join(staging, ".publish.json"), journal);
    await rename(join(staging, "digest.dnarun"), join(destination, "digest.dnarun"));
    expect(await startAttempt({ ...dispatch, attempt: 2 }, context).ended).toMatchObject({
      status: "completed",
    });
    const late = rename(join(staging, "digest.marker"), join(destination, "digest.marker"));
    await expect(late).rejects.toMatchObject({ code: "ENOENT" });
    expect((await readdir(destination)).toSorted()).toEqual([...files, "notes.txt"]);
    expect(await readFile(join(destination, "digest.marker"), "utf8")).toBe("name\nm1\n");
    expect(await readdir(root)).toEqual(["out"]);
  });

  it("writes nowhere outside the data roots", async () => {
    const roots = await temporaryDirectory();
    const { root, context, dispatch, last } = await setUp(digestOneTable, {
      dataRoots: () => [roots],
    });
    expect(await startAttempt(dispatch, context).ended).toMatchObject({ status: "failed" });
    expect((await last()).reason).toContain("lies outside the data roots");
    expect(await readdir(root)).toEqual([]);
  });

  it("leaves nothing behind when it ends before its directory is in the journal", async () => {
    const { context, dispatch, root } = await setUp(digestForever);
    let noted = false;
    // As a process that is killed while it writes: what it made by then is what its next life must know of.
    const add = async (): Promise<void> => {
      noted = true;
      await new Promise(() => undefined);
    };
    startAttempt(dispatch, { ...context, journal: { ...context.journal, add } });
    await until(() => noted, "the journal is written");
    expect(await readdir(root)).toEqual([]);
  });

  it("keeps its directory in the journal while it cannot be removed, and removes it later", async () => {
    let root = "";
    const { context, dispatch, ...rest } = await setUp(async (request, listener, signal) => {
      // As a file system that is taken away; even the superuser cannot remove anything below a file.
      await rename(root, `${root}-away`);
      await writeFile(root, "");
      return digestOneTable({ ...request, outDir: `${root}-away` }, listener, signal);
    });
    root = rest.root;
    onTestFinished(() => rm(`${root}-away`, { recursive: true, force: true }));
    const leftovers = createLeftovers({ journal: context.journal, log: context.log, everyMs: 20 });
    onTestFinished(leftovers.close);
    const attempt = startAttempt(dispatch, { ...context, leftovers });
    expect(await attempt.ended).toMatchObject({ status: "failed" });
    const { left, journal } = await openAttemptJournal(join(context.state, "attempts.ndjson"));
    await journal.close();
    expect(left).toMatchObject([{ job: 7, attempt: 1, destination: rest.destination }]);
    await rm(root);
    await rename(`${root}-away`, root);
    const isGone = async () =>
      (await readdir(root)).every((name) => !name.startsWith(".digester-"));
    await until(isGone, "its directory is gone");
  });

  it("gives the worker nothing but the load and two directories", async () => {
    const requests: WorkerRequest[] = [];
    const { context, dispatch, destination } = await setUp((request, listener, signal) => {
      requests.push(request);
      return digestOneTable(request, listener, signal);
    });
    await mkdir(destination);
    await startAttempt(dispatch, context).ended;
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ publishDir: destination });
    expect(Object.keys(requests[0] ?? {}).toSorted()).toEqual([
      "knownDatabase",
      "knownFiles",
      "load",
      "outDir",
      "publishDir",
      "settings",
    ]);
  });
});
