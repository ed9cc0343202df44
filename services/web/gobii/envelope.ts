import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { AppError, parseOrThrow } from "../../contract/errors.ts";
import { parseJsonBody } from "../../gate/json-body.ts";
import type { Generation } from "./generations.ts";
import type { StatusMessage } from "./status-message.ts";

/** What GOBii calls process types, and the HTTP method that a link offers for each. */
const methodOf = { READ: "GET", UPDATE: "PUT" } as const;
type ProcessType = keyof typeof methodOf;

/** One item of an answer: the DTO, and what its link says of it. */
export interface Item {
  readonly dto: Readonly<Record<string, unknown>> & {
    readonly allowedProcessTypes: readonly ProcessType[];
  };
  /** Below `/gobii/v1/`, e.g. `jobs/17`. */
  readonly path: string;
  readonly javaClass: string;
  /** The id that the link's description names. */
  readonly linkId: string;
}

/** How a request ended. */
export type Outcome =
  | { readonly status: 200 | 201; readonly items: readonly Item[]; readonly version?: null }
  | { readonly failure: StatusMessage };

/** Who is answered, and how; what the header's `dtoHeaderAuth` repeats. */
export interface Recipient {
  readonly generation: Generation;
  readonly contextPath: string;
  /** Null in an answer that needs no sign-in. */
  readonly auth: {
    readonly userName: string | null;
    readonly token: string;
    readonly crop: string;
  } | null;
}

/** The envelope of an answer, ready to be written as JSON. */
export function toEnvelope(outcome: Outcome, recipient: Recipient): object {
  if ("failure" in outcome) return failureEnvelope(outcome.failure, recipient.generation);
  const { items } = outcome;
  // As the original: the header repeats who asks only beside an item.
  const auth = items.length === 0 ? null : recipient.auth;
  const header = headerOf(recipient.generation, {
    auth,
    messages: [],
    version: outcome.version === null ? null : recipient.generation.version,
  });
  return { payload: payloadOf(items, recipient.contextPath), header };
}

/** The answer to what went wrong. The text before the first `;` is the message; the rest is the format's. */
export function failureEnvelope(message: StatusMessage, generation: Generation): object {
  return {
    payload: payloadOf([], ""),
    header: headerOf(generation, { auth: null, messages: [message], version: null }),
  };
}

function payloadOf(items: readonly Item[], contextPath: string) {
  return {
    linkCollection: {
      linksPerDataItem: items.map((item) => ({
        href: `${contextPath}//gobii/v1/${item.path}`,
        description: `Link to class ${item.javaClass}, id ${item.linkId}`,
        methods: item.dto.allowedProcessTypes.map((type) => methodOf[type]).toSorted(),
      })),
      exploreLinksPerDataItem: [],
    },
    data: items.map((item) => item.dto),
  };
}

function headerOf(
  generation: Generation,
  said: {
    readonly auth: Recipient["auth"];
    readonly messages: readonly StatusMessage[];
    readonly version: string | null;
  },
) {
  const { auth, messages, version } = said;
  const written = messages.map((message) => ({ ...message, message: literalText(message.text) }));
  return {
    gobiiProcessType: "READ",
    dtoHeaderAuth: authOf(generation, auth),
    status: {
      succeeded: messages.length === 0,
      statusMessages: written.map(({ level, type, message }) => ({
        gobiiStatusLevel: level,
        gobiiValidationStatusType: type,
        message,
      })),
      statusMessagesByCode: Object.fromEntries(
        written.map(({ level, type, message }, index) => [`${index}-${level}-${type}`, message]),
      ),
    },
    ...(generation.paging ? { pagination: null, maxGet: null, maxPost: null, maxPut: null } : {}),
    gobiiVersion: version,
    cropType: auth?.crop ?? null,
  };
}

function authOf(generation: Generation, auth: Recipient["auth"]) {
  const all = {
    userName: auth?.userName ?? null,
    password: null,
    token: auth?.token ?? null,
    gobiiCropType: auth?.crop ?? null,
  };
  if (!generation.omitsNullAuth) return all;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function literalText(text: string): string {
  return (
    `MESSAGE: ${text};\n EXCEPTION STACK: <no stack trace>;\n` +
    " CAUSED BY: <no cause message>;\n CAUSED BY STACK: <no cause stack trace>"
  );
}

const RequestEnvelope = z.object({
  payload: z.object({ data: z.array(z.unknown()).nullish() }).nullish(),
  header: z.unknown().optional(),
});

export interface RequestEnvelope {
  /** Null and absent data are an empty list, as the original's bean has it. */
  readonly data: readonly unknown[];
  readonly header: unknown;
}

/**
 * Reads a request. GOBii's clients label Latin-1 as JSON without a charset, so bytes that are no UTF-8 are Latin-1.
 *
 * @throws AppError `bad_request` for what is no envelope.
 */
export function readEnvelope(bytes: Buffer): RequestEnvelope {
  if (bytes.length === 0) throw new AppError("bad_request", "The request has no body.");
  const json = parseJsonBody(isUtf8(bytes) ? bytes : Buffer.from(bytes.toString("latin1"), "utf8"));
  const { payload, header } = parseOrThrow(RequestEnvelope, json);
  return { data: payload?.data ?? [], header };
}
