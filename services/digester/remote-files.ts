import { createHash } from "node:crypto";
import { open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";
import type { CallbackTarget } from "../contract/digester.ts";
import { AppError, ErrorBody, parseOrThrow } from "../contract/errors.ts";
import {
  checksumHeader,
  chunkBytes,
  InputList,
  OutputKept,
  OutputList,
  type InputFile,
  type OutputFile,
} from "../contract/remote-files.ts";
import { makeDirectory } from "../gate/make-directory.ts";
import { openCopy } from "./fetched-copy.ts";
import { systemWords } from "../contract/system-words.ts";
import { parseJson } from "../gate/parse-json.ts";
import { reasonOf } from "./delivery.ts";
import { backoffMs } from "./outbox.ts";
import { askDirectly, type AskTarget } from "./web-addresses.ts";

export interface RemoteFilesOptions {
  readonly target: CallbackTarget;
  readonly job: number;
  readonly attempt: number;
  /** Ends all trying, but for that to publish: who has begun to should learn whether it is done. */
  readonly signal: AbortSignal;
  /** Ends that as well. @default signal */
  readonly publishSignal?: AbortSignal;
  readonly onBytes: (kind: "fetched" | "returned", bytes: number) => void;
  /** @default where the target says */
  readonly askTarget?: AskTarget;
  readonly fetcher?: typeof fetch;
  readonly tryMs?: number;
}

/**
 * The files of an attempt whose data lie with the web service. A web service that is away is waited for, chunk by chunk, until
 * the attempt is stopped. Everything throws AppError: `stale_attempt` when the job is somebody else's by now, else what the web
 * service said is wrong; and the reason of `signal`.
 */
export interface RemoteFiles {
  readonly inputs: () => Promise<InputFile[]>;
  /**
   * Goes on with what an earlier attempt fetched to the same place, as far as it agrees with the checksums noted beside it.
   *
   * @returns how many bytes were there.
   */
  readonly fetch: (file: InputFile, to: string) => Promise<number>;
  /** Sends all files of the directory. */
  readonly bring: (directory: string) => Promise<OutputFile[]>;
  /** Has the web service move what was brought to its destination. */
  readonly publish: (files: readonly OutputFile[]) => Promise<void>;
  /** One try; never throws. */
  readonly drop: () => Promise<void>;
}

/** A chunk over a slow line takes its time. */
const TRY_MS = 60_000;
const DROP_MS = 3000;

type Bytes = Buffer<ArrayBuffer>;

interface Given {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Bytes;
}

export function createRemoteFiles(options: RemoteFilesOptions): RemoteFiles {
  const { target, job, attempt, signal, onBytes, fetcher = fetch, tryMs = TRY_MS } = options;
  const { askTarget = askDirectly } = options;

  const once = (
    path: string,
    { headers, ...more }: Given,
    enough: AbortSignal,
  ): Promise<{ status: number; response: Response; bytes: Bytes }> =>
    askTarget(target, async (base) => {
      const response = await fetcher(`${base}/job/${job}/${path}`, {
        ...more,
        headers: { authorization: `Bearer ${target.token}`, ...headers },
        redirect: "manual",
        signal: enough,
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, response, bytes };
    });

  /** Tries until there is an answer that trying again would not change. */
  const ask = async (
    path: string,
    given: Given = { method: "GET" },
    ended = signal,
  ): Promise<Bytes> => {
    for (let tries = 0; ; tries += 1) {
      ended.throwIfAborted();
      const enough = AbortSignal.any([ended, AbortSignal.timeout(tryMs)]);
      const answer = await once(path, given, enough).catch((thrown: unknown) => reasonOf(thrown));
      ended.throwIfAborted();
      if (typeof answer !== "string") {
        const { response, bytes } = answer;
        if (response.ok && isWhole(response, bytes)) return bytes;
        const passes =
          response.ok || response.status >= 500 || [401, 429].includes(response.status);
        if (!passes) throw refusal(response.status, bytes);
      }
      await sleep(backoffMs(tries), undefined, { signal: ended });
    }
  };

  const askFor = async <T>(
    schema: z.ZodType<T>,
    path: string,
    given?: Given,
    ended?: AbortSignal,
  ): Promise<T> =>
    parseOrThrow(
      schema,
      parseJson((await ask(path, given, ended)).toString()),
      "upstream_failed",
      "The web service's answer",
    );

  const fetchFile = async ({ path, size, tag }: InputFile, to: string): Promise<number> => {
    const query = new URLSearchParams({ attempt: String(attempt), path, tag }).toString();
    try {
      await makeDirectory(dirname(to));
      const copy = await openCopy(to, size);
      try {
        const there = await copy.verified(signal);
        for (let at = there; at < size;) {
          const length = Math.min(size - at, chunkBytes);
          const range = { range: `bytes=${at}-${at + length - 1}` };
          const bytes = await ask(`input?${query}`, { method: "GET", headers: range });
          if (bytes.length !== length) throw new AppError("conflict", `${path} became shorter.`);
          await copy.write(bytes, at);
          at += length;
          onBytes("fetched", length);
        }
        return there;
      } finally {
        await copy.close();
      }
    } catch (thrown) {
      if (thrown instanceof AppError || signal.aborted) throw thrown;
      const message = `${path} cannot be kept on this node: ${systemWords(thrown)}.`;
      throw new AppError("unavailable", message, { cause: thrown });
    }
  };

  const bringFile = async (directory: string, name: string): Promise<OutputFile> => {
    const path = join(directory, name);
    const { size } = await stat(path);
    const whole = createHash("sha256");
    const file = await open(path, "r");
    try {
      let hashed = 0;
      // Also an empty file has one chunk.
      for (let at = 0, isSent = false; at < size || !isSent; isSent = true) {
        const chunk = Buffer.alloc(Math.min(chunkBytes, size - at));
        await file.read(chunk, 0, chunk.length, at);
        if (at === hashed) {
          whole.update(chunk);
          hashed += chunk.length;
        }
        const kept = await askFor(OutputKept, outputPath(name, at), {
          method: "PUT",
          headers: { [checksumHeader]: checksumOf(chunk) },
          body: chunk,
        });
        if (kept.isFull) throw diskFull(name);
        if (kept.size > size) throw new AppError("conflict", `${name} is longer there than here.`);
        onBytes("returned", Math.max(0, kept.size - at));
        // Where an earlier try got further than was heard, what lies between is hashed on the next way round.
        at = kept.size;
        while (hashed < at) {
          const more = Buffer.alloc(Math.min(chunkBytes, at - hashed));
          await file.read(more, 0, more.length, hashed);
          whole.update(more);
          hashed += more.length;
        }
      }
    } finally {
      await file.close();
    }
    return { name, size, sha256: whole.digest("hex") };
  };

  const outputPath = (name: string, offset: number): string =>
    `output/${encodeURIComponent(name)}?attempt=${attempt}&offset=${offset}`;

  return {
    inputs: async () => (await askFor(InputList, `inputs?attempt=${attempt}`)).files,
    fetch: fetchFile,
    async bring(directory) {
      const brought: OutputFile[] = [];
      for (const name of (await readdir(directory)).toSorted()) {
        brought.push(await bringFile(directory, name));
      }
      return brought;
    },
    async publish(files) {
      const headers = { "content-type": "application/json" };
      const given = { method: "POST", headers, body: JSON.stringify({ files }) };
      const ended = options.publishSignal ?? signal;
      await askFor(OutputList, `output?attempt=${attempt}`, given, ended);
    },
    async drop() {
      const path = `output?attempt=${attempt}`;
      await once(path, { method: "DELETE" }, AbortSignal.timeout(DROP_MS)).catch(() => undefined);
    },
  };
}

/** Ranges come with a checksum; everything else is JSON, which shows by itself when it is cut off. */
function isWhole(response: Response, bytes: Bytes): boolean {
  const told = response.headers.get(checksumHeader);
  return told === null ? response.status !== 206 : told === checksumOf(bytes);
}

function refusal(status: number, bytes: Bytes): AppError {
  const said = ErrorBody.safeParse(parseJson(bytes.toString())).data?.error;
  const message = said?.message ?? `The web service answered ${status}.`;
  return new AppError(said?.code ?? "upstream_failed", message);
}

function diskFull(name: string): AppError {
  const cause: NodeJS.ErrnoException = new Error("the disk of the web service is full");
  cause.code = "ENOSPC";
  return new AppError(
    "unavailable",
    `The web service cannot keep ${name}: no space left on the device.`,
    { cause },
  );
}

function checksumOf(bytes: Bytes): string {
  return createHash("sha256").update(bytes).digest("hex");
}
