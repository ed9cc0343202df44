import { z } from "zod";
import { DigestSettings } from "./digest-settings.ts";
import { coerceError } from "./errors.ts";
import { HttpUrl } from "./http-url.ts";
import { readInstruction } from "./instruction.ts";
import { JobStep } from "./job.ts";
import { RegulatorChoice, RegulatorInfo, WaitingJob } from "./regulator.ts";

/** As a header carries it: with anything else no call would ever get out. */
const BearerToken = z
  .string()
  .regex(/^[\x21-\x7e]{1,4096}$/, { error: "expected a token of visible ASCII characters" });

/** Of a digester, or of who calls it. */
export const ServiceUrl = HttpUrl.max(2000).refine(isBase, {
  error: "expected an address without user, query and fragment",
});

/** Paths are put behind it, which a query or fragment would swallow; and no request is sent with a user in its address. */
function isBase(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password, search, hash } = new URL(url);
  return `${username}${password}${search}${hash}` === "";
}

/**
 * Where a digester reports to, and with which bearer token. `url` is the base: `{url}/job/{id}` is patched. Who sets
 * `batch` takes many patches at once as well, at `POST {url}/batch`.
 */
export const CallbackTarget = z.object({
  url: ServiceUrl,
  token: BearerToken,
  batch: z.boolean().optional(),
});
export type CallbackTarget = z.infer<typeof CallbackTarget>;

/** An instruction in any of the forms in which callers keep it, brought into the stored one. */
const AnyInstruction = z.unknown().transform((json, context) => {
  try {
    return readInstruction(json);
  } catch (thrown) {
    context.addIssue(coerceError(thrown).message);
    return z.NEVER;
  }
});

/**
 * `POST {digester}/instructions`: 202 taken into the line, 429 line full, 503 draining. Posting it twice is one job. Any
 * caller that offers the callback API may post `{job, attempt, instruction, callback}`.
 */
export const Dispatch = z
  .object({
    job: z.number().int().positive(),
    key: z.string().min(1).optional(),
    /** The number with which the digester claims the job when its turn comes. */
    attempt: z.number().int().positive(),
    priority: z.number().int().default(0),
    /** When a person put it at the front of the line; whatever the strategy, the latest goes first. */
    front: z.iso.datetime().nullable().default(null),
    submittedBy: z.string().nullable().default(null),
    submittedAt: z.iso.datetime().optional(),
    /** The crop that it was submitted to, whatever the instruction says. Callers that know of none leave both out. */
    crop: z.string().min(1).optional(),
    settings: DigestSettings.optional(),
    instruction: AnyInstruction,
    callback: CallbackTarget,
  })
  .transform(({ key, ...told }) => ({ ...told, key: key ?? `job-${told.job}` }));
export type Dispatch = z.infer<typeof Dispatch>;

/** `POST {digester}/instructions/batch`: several dispatches at once, each taken or not by itself. */
export const DispatchBatch = z.object({ dispatches: z.array(z.unknown()).max(1000) });

/** One answer for each dispatch, in their order, with the status that `POST instructions` has for it. */
export const DispatchBatchAnswer = z.object({
  answers: z.array(z.object({ status: z.number().int(), error: z.unknown().optional() })),
});
export type DispatchBatchAnswer = z.infer<typeof DispatchBatchAnswer>;

export const RunningJob = z.object({
  job: z.number().int(),
  key: z.string(),
  attempt: z.number().int(),
  step: JobStep,
  progress: z.number().min(0).max(1),
  startedAt: z.iso.datetime(),
  /** It was told to stop, by a person who cancels it for one, and has not yet. */
  stopping: z.boolean().optional(),
});
export type RunningJob = z.infer<typeof RunningJob>;

/**
 * `GET {digester}/status`. `revision` rises with every change: `?since=<revision>` holds the answer until there is a newer
 * one (at most five seconds), so whoever follows it learns of changes at once and of silence soon.
 */
export const DigesterStatus = z.object({
  id: z.string(),
  /** Changes with every start of the process: what an earlier life was running is not running any more. */
  boot: z.string(),
  /** When it hands back everything and ends, where that is known beforehand. */
  endsAt: z.iso.datetime().optional(),
  revision: z.number().int().nonnegative(),
  version: z.string(),
  host: z.string(),
  pid: z.number().int(),
  startedAt: z.iso.datetime(),
  draining: z.boolean(),
  /** It keeps its line and starts nothing of it. */
  paused: z.boolean().optional(),
  /** Jobs that run at once. */
  workers: z.number().int().positive(),
  /** Jobs that the line takes before it answers 429. */
  lineLimit: z.number().int().positive(),
  /** Directories below which it may read and write; empty: no limit. */
  dataRoots: z.array(z.string()),
  /** What it is for, or has: jobs that ask for labels go to digesters only that carry all of them. */
  labels: z.array(z.string()).default([]),
  /** It does not see the data: it fetches what it reads from the web service, and returns what it writes. */
  fetches: z.boolean().optional(),
  regulator: RegulatorChoice,
  running: z.array(RunningJob),
  waiting: z.array(WaitingJob),
  /** Callbacks that could not be delivered yet. */
  outbox: z.number().int().nonnegative(),
});
export type DigesterStatus = z.infer<typeof DigesterStatus>;

/** In a path "." and ".." would be taken for steps, so nobody could detach it. */
export const DigesterId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?!\.{1,2}$)[^\p{Cc}]*$/u, {
    error: "expected a name without control characters, other than . and ..",
  });

/**
 * `POST /api/v1/digesters`: attach. A person gives `url` and `token`; a digester that registers itself adds its `id`.
 * `token` is what the web service presents to the digester.
 */
export const AttachRequest = z.object({
  url: z.url().max(2000),
  token: BearerToken,
  id: DigesterId.optional(),
  boot: z.string().optional(),
});
export type AttachRequest = z.infer<typeof AttachRequest>;

/** The answer to attaching: what the digester calls back with, and the roots it takes unless it was given its own. */
export const AttachAnswer = z.object({
  id: z.string(),
  callback: CallbackTarget,
  dataRoots: z.array(z.string()),
  leaseMs: z.number().int().positive(),
  renewMs: z.number().int().positive(),
});
export type AttachAnswer = z.infer<typeof AttachAnswer>;

/** A digester as the web service sees it. `status` is what it said last; it may be stale when not `reachable`. */
export const AttachedDigester = z.object({
  id: z.string(),
  url: z.string(),
  attachedAt: z.iso.datetime(),
  reachable: z.boolean(),
  lastHeardAt: z.iso.datetime().nullable(),
  /** Why it is not reachable, in words. */
  problem: z.string().nullable(),
  status: DigesterStatus.nullable(),
  regulators: z.array(RegulatorInfo),
});
export type AttachedDigester = z.infer<typeof AttachedDigester>;

/** The answer to `GET` and `PUT {digester}/regulator`: the strategy in force and all there are, for the console's forms. */
export const RegulatorState = z.object({
  regulator: RegulatorChoice,
  regulators: z.array(RegulatorInfo),
});
export type RegulatorState = z.infer<typeof RegulatorState>;

/** `POST {digester}/drain`, and the same through the web service. Without a body it means true. */
export const DrainRequest = z.object({ draining: z.boolean().default(true) });
/** `POST {digester}/pause`, and the same through the web service. Without a body it means true. */
export const PauseRequest = z.object({ paused: z.boolean().default(true) });
export type DrainRequest = z.infer<typeof DrainRequest>;
