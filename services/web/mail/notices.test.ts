import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { readInstruction } from "../../contract/instruction.ts";
import type { Crop } from "../crop.ts";
import { applyPatch } from "../jobs/job-model.ts";
import { cancel, requeue } from "../jobs/person-changes.ts";
import { submit } from "../jobs/submission.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { smtpMailer, type Mailer } from "./mailer.ts";
import { startNotices, type Notices } from "./notices.ts";

/** What the stand-in server took, and how often it says no before it does. */
interface Stand {
  readonly port: number;
  readonly received: Array<{ to: string[]; from: string; body: string }>;
  refusals: number;
  close(): Promise<void>;
}

async function startSmtp(): Promise<Stand> {
  const received: Stand["received"] = [];
  const stand = { received, refusals: 0 };
  async function receive(
    stream: Readable,
    { mailFrom, rcptTo }: SMTPServerSession["envelope"],
    done: (error?: Error) => void,
  ): Promise<void> {
    const body = await text(stream);
    if (stand.refusals > 0) {
      stand.refusals--;
      return done(new Error("come back later"));
    }
    const from = mailFrom === false ? "" : mailFrom.address;
    received.push({ to: rcptTo.map(({ address }) => address), from, body });
    done();
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, session, done) => void receive(stream, session.envelope, done),
  });
  const port = await new Promise<number>((listening) => {
    const listener = server.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      listening(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const close = () => new Promise<void>((closed) => server.close(() => closed()));
  return Object.assign(stand, { port, close });
}

let directory: string;
let store: Store;
let smtp: Stand;
let running: Notices[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "notices-"));
  store = createMemoryStore();
  smtp = await startSmtp();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((notices) => notices.stop()));
  await smtp.close();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const realMailer = (): Mailer =>
  smtpMailer({ host: "127.0.0.1", port: smtp.port, secure: false, from: "Digester <d@d.org>" });

async function start(
  options: { mailer?: Mailer; defaults?: Crop["defaults"] } = {},
): Promise<Notices> {
  const crop: Crop = {
    name: "dev",
    contextPath: "/gobii-dev",
    dataRoots: [directory],
    excluded: [],
    ...(options.defaults === undefined ? {} : { defaults: options.defaults }),
  };
  const notices = await startNotices({
    store,
    crops: [crop],
    mailer: options.mailer ?? realMailer(),
    consoleUrl: "http://d.org:8080",
    log: pino({ level: "silent" }),
    waitsMs: [20, 20],
  });
  running.push(notices);
  return notices;
}

function instructionFor(contactEmail: string | null): StoredInstruction {
  const gobiiFile = { source: directory, destination: join(directory, "out") };
  return readInstruction([{ gobiiFile, table: "marker", contactEmail }]);
}

let time = Date.UTC(2026, 10, 24);

/** A job whose attempt ends. */
async function settle(key: string, contactEmail: string | null = "ann@example.org") {
  const instruction = instructionFor(contactEmail);
  const job = await submit(store, { crop: "dev", key, instruction }, time++);
  await endAttempt(job.id, 1);
  return job.id;
}

async function endAttempt(id: number, attempt: number): Promise<void> {
  for (const status of ["in_progress", "completed"] as const) {
    await store.update(id, (job) =>
      applyPatch(job, { digester: "d", attempt, status }, time++, 15_000),
    );
  }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}

/** Long enough for a mail that must not come. */
const quiet = () => sleep(150);

describe("mail about ended loads", () => {
  it("goes to the contact of the load, through the mail server", async () => {
    await writeFile(join(directory, "b.txt"), "x");
    await writeFile(join(directory, "a.txt"), "x");
    await start();
    const id = await settle("run1");
    await until(() => smtp.received.length === 1);
    const [mail] = smtp.received;
    expect(mail).toMatchObject({ to: ["ann@example.org"], from: "d@d.org" });
    expect(mail?.body).toContain('Subject: [GOBII - Loader]: dev - digest of "a.txt" Success');
    expect(mail?.body).toContain(`http://d.org:8080/jobs/${id}`);
  });

  it("is tried again when the server does not take it, and given up after some tries", async () => {
    await start();
    smtp.refusals = 2;
    await settle("refused-twice");
    await until(() => smtp.received.length === 1);
    smtp.refusals = 100;
    const id = await settle("refused-forever");
    await until(() => smtp.refusals === 97);
    await quiet();
    expect(smtp.refusals).toBe(97);
    expect((await store.job(id))?.status).toBe("completed");
    expect(await store.settings("mail-pending/")).toEqual([]);
  });

  it("is sent once for each attempt that ends", async () => {
    await start();
    const id = await settle("again");
    await store.update(id, (job) => requeue(job, "ann", time++));
    await endAttempt(id, 2);
    await until(() => smtp.received.length === 2);
    await store.update(id, (job) => requeue(job, "ann", time++));
    await store.update(id, (job) => cancel(job, "ann", time++));
    await until(() => smtp.received.length === 3);
    await quiet();
    expect(smtp.received.map(({ body }) => /Status: (\w+)/.exec(body)?.[1])).toEqual([
      "SUCCESS",
      "SUCCESS",
      "ABORTED",
    ]);
  });

  it("is sent after a restart where it was not before, and not again where it was", async () => {
    const first = await start();
    await settle("before");
    await until(() => smtp.received.length === 1);
    await first.stop();
    await settle("between");
    const second = await start();
    await until(() => smtp.received.length === 2);
    expect(smtp.received[1]?.body).toContain("between");
    await second.stop();
    await start();
    await quiet();
    expect(smtp.received).toHaveLength(2);
  });

  it("that was under way when the service ended is sent after the next start", async () => {
    const stuck: Mailer = { send: () => Promise.reject(new Error("no network")), close: () => {} };
    const first = await start({ mailer: stuck });
    await settle("waiting");
    await until(async () => (await store.settings("mail-pending/")).length === 1);
    await first.stop();
    await start();
    await until(() => smtp.received.length === 1);
    expect(smtp.received[0]?.body).toContain("waiting");
  });

  it("is not sent about what ended before it was switched on", async () => {
    await settle("past");
    await start();
    await quiet();
    expect(smtp.received).toEqual([]);
  });

  it.each([
    ["no contact", null],
    ["an empty one", " "],
    ["none that is an address", "ann"],
    ["one that would add headers", "ann@example.org>\r\nBcc: <x"],
  ])("is not sent where the load names %s", async (_, contactEmail) => {
    await start();
    await settle("nobody", contactEmail);
    await settle("somebody");
    await until(() => smtp.received.length === 1);
    await quiet();
    expect(smtp.received[0]?.body).toContain("somebody");
  });

  it("goes to the crop's contact where the load names none", async () => {
    await start({ defaults: { contactEmail: "crop@example.org" } });
    await settle("unnamed", null);
    await settle("named");
    await until(() => smtp.received.length === 2);
    expect(smtp.received.map(({ to }) => to)).toEqual([["crop@example.org"], ["ann@example.org"]]);
  });
});
