import { PatchBatchAnswer, type JobPatch } from "../contract/callback.ts";
import type { CallbackTarget } from "../contract/digester.ts";
import { parseJson } from "../gate/parse-json.ts";
import { isOk, judge, reasonOf, refusal, type Deliver, type Delivery } from "./delivery.ts";

/** Sends one request; throws when there is no answer. */
export type Send = (
  target: CallbackTarget,
  method: "PATCH" | "POST",
  path: string,
  body: string,
) => Promise<{ readonly status: number; readonly text: string }>;

interface Waiting {
  readonly job: number;
  readonly patch: JobPatch;
  readonly json: string;
  readonly arrived: (delivery: Delivery) => void;
}

interface Gatherer {
  waiting: Waiting[];
  underWay: number;
  planned: boolean;
}

/** Requests to one address at once. What comes meanwhile waits together, as changes do for an fsync. */
const AT_ONCE = 2;
/** A request takes no more patches than these, nor more characters, but for a single one that is longer. */
const MOST_PATCHES = 500;
const MOST_CHARACTERS = 4_000_000;

/** Group delivery: many jobs share one request and, where it arrives, one fsync. */
export function createBatches(send: Send, single: Deliver): Deliver {
  const gatherers = new Map<string, Gatherer>();

  const post = async (target: CallbackTarget, items: readonly Waiting[]): Promise<Delivery[]> => {
    const body = `{"patches":[${items.map(({ json }) => json).join(",")}]}`;
    try {
      const { status, text } = await send(target, "POST", "/batch", body);
      if (isOk(status)) return readAnswers(text, items.length);
      const delivery = judge(status, text);
      // What is wrong with all of it says nothing of each.
      return delivery.kind === "unreachable"
        ? items.map(() => delivery)
        : await oneByOne(target, items);
    } catch (thrown) {
      const why = reasonOf(thrown);
      return items.map(() => ({ kind: "unreachable", why }));
    }
  };

  const oneByOne = async (
    target: CallbackTarget,
    items: readonly Waiting[],
  ): Promise<Delivery[]> => {
    const deliveries: Delivery[] = [];
    for (const { job, patch } of items) {
      const last = deliveries.at(-1);
      deliveries.push(last?.kind === "unreachable" ? last : await single(target, job, patch));
    }
    return deliveries;
  };

  const begin = async (key: string, target: CallbackTarget, gatherer: Gatherer): Promise<void> => {
    gatherer.planned = false;
    if (gatherer.underWay >= AT_ONCE || gatherer.waiting.length === 0) return;
    const items = takeBatch(gatherer);
    gatherer.underWay += 1;
    const [first] = items;
    const deliveries =
      items.length === 1 && first !== undefined
        ? [await single(target, first.job, first.patch)]
        : await post(target, items);
    gatherer.underWay -= 1;
    for (const [at, { arrived }] of items.entries()) {
      arrived(deliveries[at] ?? { kind: "unreachable", why: "the answer is too short" });
    }
    if (gatherer.underWay === 0 && gatherer.waiting.length === 0) gatherers.delete(key);
    else await begin(key, target, gatherer);
  };

  return (target, job, patch) =>
    new Promise((arrived) => {
      const key = `${target.url}\n${target.token}`;
      const gatherer = gatherers.get(key) ?? { waiting: [], underWay: 0, planned: false };
      gatherers.set(key, gatherer);
      gatherer.waiting.push({ job, patch, json: JSON.stringify({ job, patch }), arrived });
      if (gatherer.planned) return;
      gatherer.planned = true;
      setImmediate(() => void begin(key, target, gatherer));
    });
}

/** Never ends between two patches of one job that came together. */
function takeBatch(gatherer: Gatherer): Waiting[] {
  let characters = 0;
  let count = 0;
  for (const [at, { job, json }] of gatherer.waiting.entries()) {
    const isFull = at >= MOST_PATCHES || characters + json.length > MOST_CHARACTERS;
    if (at > 0 && isFull && gatherer.waiting[at - 1]?.job !== job) break;
    characters += json.length;
    count += 1;
  }
  return gatherer.waiting.splice(0, count);
}

function readAnswers(text: string, count: number): Delivery[] {
  const read = PatchBatchAnswer.safeParse(parseJson(text));
  if (!read.success || read.data.answers.length !== count) {
    const why = "the answer to a batch is not one for each callback";
    return Array.from({ length: count }, () => ({ kind: "unreachable", why }));
  }
  return read.data.answers.map(({ status, cancel = false, message }) =>
    isOk(status)
      ? { kind: "accepted", cancel }
      : refusal(status, message === undefined ? "" : `: ${message}`),
  );
}
