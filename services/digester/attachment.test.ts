import { describe, expect, it, onTestFinished } from "vitest";
import type { UnsettledJob } from "../contract/callback.ts";
import type { AttachAnswer, Dispatch } from "../contract/digester.ts";
import { AppError } from "../contract/errors.ts";
import { createAttachment, type AttachmentOptions } from "./attachment.ts";
import { makeDispatch, silentLog, until } from "./testing/fakes.ts";

const answer: AttachAnswer = {
  id: "node-1",
  callback: { url: "http://127.0.0.1:9/cb", token: "t" },
  dataRoots: [],
  leaseMs: 15_000,
  renewMs: 5000,
};

function unsettled(job: number, labels: string[] = []): UnsettledJob {
  const { key, attempt, priority, submittedBy, instruction } = makeDispatch();
  const submittedAt = "2026-11-24T09:00:00.000Z";
  const told = { key, attempt, priority, front: null, submittedBy, submittedAt, instruction };
  return { job, ...told, digester: null, labels };
}

function setUp(
  given: Partial<AttachmentOptions["client"]> = {},
  more: Partial<AttachmentOptions> = {},
) {
  const log: string[] = [];
  const taken: number[][] = [];
  const client: AttachmentOptions["client"] = {
    attach: async () => {
      log.push("attach");
      return answer;
    },
    unsettled: async (_callback, onPage) => {
      onPage([unsettled(1)]);
    },
    ...given,
  };
  const attachment = createAttachment({
    client,
    self: { id: "node-1", boot: "b", url: "http://127.0.0.1:1", token: "t" },
    prepare: async () => void log.push("prepare"),
    onAttached: () => undefined,
    onUnsettled: async (_answer, dispatches: Dispatch[]) => {
      taken.push(dispatches.map(({ job }) => job));
    },
    now: Date.now,
    log: silentLog,
    lineLimit: 10,
    labels: [],
    ...more,
  });
  onTestFinished(() => attachment.close());
  return { attachment, log, taken };
}

describe("the tie to the web service", () => {
  it("tells what an earlier life left before it announces the new one, then asks for jobs", async () => {
    const { attachment, log, taken } = setUp();
    await attachment.attached;
    await until(() => taken.length === 1, "asked for jobs");
    expect(log).toEqual(["prepare", "attach"]);
    expect(taken).toEqual([[1]]);
  });

  it("breaks by silence though the clock of the node is put back", async () => {
    let back = 0;
    const { attachment, log } = setUp({}, { now: () => Date.now() - back, silenceMs: 10 });
    await attachment.attached;
    back = 3_600_000;
    const attached = () => log.filter((one) => one === "attach").length;
    await expect.poll(attached, { timeout: 5000 }).toBeGreaterThan(1);
  });

  it("keeps trying while the web service is away", async () => {
    let tries = 0;
    const { attachment } = setUp({
      attach: async () => {
        tries += 1;
        if (tries < 3) throw new AppError("unavailable", "nothing listens there");
        return answer;
      },
    });
    expect(await attachment.attached).toEqual(answer);
    expect(tries).toBe(3);
  });

  it("gives up at once when it is refused", async () => {
    const { attachment } = setUp({
      attach: () => Promise.reject(new AppError("upstream_failed", "the token is not right")),
    });
    await expect(attachment.attached).rejects.toMatchObject({ code: "upstream_failed" });
  });

  it("is made anew when nobody has asked for the status for a while, even if refused meanwhile", async () => {
    let attached = 0;
    const { attachment, taken } = setUp(
      {
        attach: async () => {
          attached += 1;
          if (attached === 2) throw new AppError("upstream_failed", "starting up");
          return answer;
        },
      },
      { silenceMs: 200 },
    );
    await attachment.attached;
    await until(() => attached === 3, "attached anew");
    await until(() => taken.length === 2, "asked anew");
    expect(taken).toEqual([[1], [1]]);
  });

  it("holds while the status is asked for", async () => {
    const { attachment, log } = setUp({}, { silenceMs: 1500 });
    await attachment.attached;
    const polling = setInterval(attachment.polled, 100);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    clearInterval(polling);
    expect(log.filter((word) => word === "attach")).toHaveLength(1);
  });

  it("leaves jobs that ask for labels it does not carry to others", async () => {
    const { attachment, taken } = setUp(
      {
        unsettled: async (_callback, onPage) => {
          onPage([unsettled(1), unsettled(2, ["wheat"]), unsettled(3, ["wheat", "rice"])]);
        },
      },
      { labels: ["wheat", "big-memory"] },
    );
    await attachment.attached;
    await until(() => taken.length === 1, "asked for jobs");
    expect(taken).toEqual([[1, 2]]);
  });

  it("asks for jobs again when it could not be told, and when it is asked to", async () => {
    let asked = 0;
    const { attachment, taken } = setUp({
      unsettled: async (_callback, onPage) => {
        asked += 1;
        if (asked === 1) throw new AppError("unavailable", "busy");
        onPage([unsettled(asked)]);
      },
    });
    await until(() => taken.length === 1, "asked again");
    attachment.askAgain();
    await until(() => taken.length === 2, "asked once more");
    expect(taken).toEqual([[2], [3]]);
  });

  it("does not ask for more than the line holds", async () => {
    const pages: number[] = [];
    const { taken } = setUp(
      {
        unsettled: async (_callback, onPage) => {
          for (let page = 0; page < 5; page += 1) {
            pages.push(page);
            if (!onPage([unsettled(page * 2 + 1), unsettled(page * 2 + 2)])) return;
          }
        },
      },
      { lineLimit: 3 },
    );
    await until(() => taken.length === 1, "asked");
    expect(pages).toEqual([0, 1]);
  });
});
