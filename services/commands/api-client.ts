import { createParser } from "eventsource-parser";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { AppError, coerceError, ErrorBody, parseOrThrow, systemCode } from "../contract/errors.ts";
import { StreamMessage } from "../contract/event.ts";
import { withoutUndefined } from "../contract/without-undefined.ts";
import { parseJson } from "../gate/parse-json.ts";

/** The web service's own API, from a terminal. Every call throws AppError: the service's own, or `unavailable`. */
export interface ApiClient {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  send<T>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
  ): Promise<T>;
  /** Messages of the event stream from now on, until the connection ends. `onOpen` is called once it stands. */
  follow(
    signal: AbortSignal,
    onOpen: () => void,
    onMessage: (message: StreamMessage) => void,
  ): Promise<void>;
}

export interface WebAddress {
  readonly url: string;
  readonly token: string | undefined;
}

/** What a person at a terminal can do, where the service speaks of headers. */
const tokenHint =
  "Give --token or DIGESTER_WEB_TOKEN: it stands in the web service's data directory, .digester-web/token";

/** Where `web` listens unless told otherwise. */
export const hereUrl = "http://127.0.0.1:8080";

/** `--web` and `--token`, which the environment may give as well. */
export function addWebOptions(command: Command): Command {
  const web = new Option("--web <url>", "the web service").env("DIGESTER_WEB").default(hereUrl);
  return withToken(command.addOption(web)).hook("preAction", (_hooked, acting) => {
    const given = acting.opts<{ web: string }>().web;
    if (isAddress(given)) return;
    acting.error(
      `error: option '--web <url>' is invalid: '${given}'. Expected a URL such as ${hereUrl}.`,
    );
  });
}

/** The same for a command that goes on with the next of several web services on one record, or can do without any. */
export function addWebListOptions(command: Command): Command {
  const web = new Option("--web <url...>", "the web service, or all that keep its record")
    .env("DIGESTER_WEB")
    .argParser(readAddresses);
  return withToken(command.addOption(web));
}

/** Several, as an environment variable has them: with commas or spaces between them. */
function readAddresses(text: string, before: readonly string[] = []): readonly string[] {
  const urls = text.split(/[\s,]+/).filter((url) => url !== "");
  if (urls.length > 0 && urls.every(isAddress)) return [...new Set([...before, ...urls])];
  throw new InvalidArgumentError(`Expected a URL such as ${hereUrl}.`);
}

const isAddress = (text: string): boolean =>
  !/[\s,]/.test(text) && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function withToken(command: Command): Command {
  return command.addOption(
    new Option("--token <token>", "the web service's token").env("DIGESTER_WEB_TOKEN"),
  );
}

export function createApiClient(
  { url, token }: WebAddress,
  fetcher: typeof fetch = fetch,
): ApiClient {
  const base = `${url.replace(/\/+$/, "")}/api/v1`;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };

  const ask = async (path: string, init: Ask): Promise<Response> => {
    let response: Response;
    try {
      response = await fetcher(`${base}${path}`, {
        ...init,
        headers: { ...headers, ...init.headers },
        redirect: "manual",
      });
    } catch (thrown) {
      throw new AppError("unavailable", `${url} does not answer: ${causeOf(thrown)}.`, {
        cause: thrown,
        hint: hintFor(thrown),
      });
    }
    if (response.ok) return response;
    throw toAppError(response.status, await response.text());
  };

  const read = async <T>(response: Response, schema: z.ZodType<T>): Promise<T> => {
    const body: unknown = await response.json().catch(() => null);
    return parseOrThrow(schema, body, "upstream_failed", `The answer of ${url}`);
  };

  return {
    get: async (path, schema) => read(await ask(path, {}), schema),
    send: async (method, path, body, schema) =>
      read(
        await ask(path, {
          method,
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
        schema,
      ),
    follow: async (signal, onOpen, onMessage) => {
      const accept = { accept: "text/event-stream" };
      const response = await ask("/events", { headers: accept, signal });
      onOpen();
      const parser = createParser({
        onEvent: ({ event, data }) => {
          const message = StreamMessage.safeParse(withKind(event, data));
          if (message.success) onMessage(message.data);
        },
      });
      const decoder = new TextDecoder();
      try {
        for await (const chunk of response.body ?? []) {
          parser.feed(decoder.decode(chunk, { stream: true }));
        }
      } catch (thrown) {
        if (!signal.aborted) throw new AppError("unavailable", causeOf(thrown), { cause: thrown });
      }
    },
  };
}

interface Ask {
  readonly method?: "POST" | "PUT" | "DELETE";
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** The kind stands in the event's name and may stand in its data as well. */
function withKind(kind: string | undefined, data: string): unknown {
  const body = parseJson(data);
  return typeof body === "object" && body !== null ? { kind, ...body } : null;
}

function toAppError(status: number, text: string): AppError {
  // Where it is not one of our own answers, the status says what there is to say.
  const parsed = ErrorBody.safeParse(parseJson(text));
  if (parsed.success) {
    const { code, message, hint, details } = parsed.data.error;
    const said = code === "unauthenticated" ? tokenHint : hint;
    return new AppError(code, message, withoutUndefined({ hint: said, details }));
  }
  return new AppError(
    status >= 500 ? "unavailable" : "upstream_failed",
    `The web service answered ${status}.`,
  );
}

/** Certificates that Node does not trust have codes of their own (`tls.X509_V_ERR_…` of its documentation). */
const untrusted = /^(UNABLE_TO_|SELF_SIGNED_CERT_|DEPTH_ZERO_SELF_SIGNED_|CERT_UNTRUSTED)/;

function hintFor(thrown: unknown): string {
  const { cause } = coerceError(thrown);
  return untrusted.test(systemCode(cause))
    ? "If its certificate is of the site's own authority, name that one: NODE_EXTRA_CA_CERTS=ca.pem"
    : "Is the web service running there, and is it http or https as in --web?";
}

function causeOf(thrown: unknown): string {
  const error = coerceError(thrown);
  return error.cause instanceof Error && error.cause.message !== ""
    ? error.cause.message
    : error.message;
}
