import { PatchAnswer, type JobPatch } from "../contract/callback.ts";
import type { CallbackTarget } from "../contract/digester.ts";
import { coerceError } from "../contract/errors.ts";
import { parseJson } from "../gate/parse-json.ts";

/** What became of one callback. */
export type Delivery =
  /** `cancel`: a person wants the attempt stopped. A caller with a protocol of its own may answer without a body. */
  | { readonly kind: "accepted"; readonly cancel: boolean }
  /** 409: the attempt does not speak for the job any more. */
  | { readonly kind: "stale"; readonly why: string }
  /** Any other refusal that asking again cannot change. */
  | { readonly kind: "refused"; readonly why: string }
  /** No answer, or one that says "not now": worth another try. */
  | { readonly kind: "unreachable"; readonly why: string };

/**
 * One try. Never throws. Where the target takes batches, what is given of one job in one turn goes out together and in its
 * order, so that it arrives as a whole or not at all.
 */
export type Deliver = (target: CallbackTarget, job: number, patch: JobPatch) => Promise<Delivery>;

/** What the answer to a patch says. */
export function judge(status: number, text: string): Delivery {
  if (isOk(status)) {
    const answer = PatchAnswer.pick({ cancel: true }).safeParse(parseJson(text));
    return { kind: "accepted", cancel: answer.success && answer.data.cancel };
  }
  return refusal(status, messageOf(text));
}

/** Whether an HTTP status is a success. */
export const isOk = (status: number): boolean => status >= 200 && status < 300;

/** @param words what came with the status, with a colon before it; may be empty. */
export function refusal(status: number, words: string): Delivery {
  const why = `HTTP ${status}${words}`;
  if (status === 409) return { kind: "stale", why };
  // 401: the token is renewed when the digester attaches anew. 408, 429 and all of 5xx pass.
  if (status === 401 || status === 408 || status === 429 || status >= 500) {
    return { kind: "unreachable", why };
  }
  return { kind: "refused", why };
}

/** The message of an error body of ours, else the beginning of whatever came. */
export function messageOf(text: string): string {
  const body = parseJson(text);
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : null;
  const message =
    typeof error === "object" && error !== null && "message" in error ? error.message : text;
  const words = String(message).trim().slice(0, 300);
  return words === "" ? "" : `: ${words}`;
}

/** `fetch failed` alone says nothing: the cause has the code. An error of several addresses has nothing but a code. */
export function reasonOf(thrown: unknown): string {
  const error = coerceError(thrown);
  if (error.name === "TimeoutError") return "no answer in time";
  const told = error.cause instanceof Error ? error.cause : error;
  const code = "code" in told ? String(told.code) : "";
  return told.message === "" ? code : told.message;
}
