import type { Logger } from "pino";
import { PatchBatchAnswer } from "../contract/callback.ts";
import type { CallbackTarget } from "../contract/digester.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import { createHttpSend, type HttpSend } from "../gate/http-client.ts";
import { parseJson } from "../gate/parse-json.ts";
import { isOk, reasonOf } from "./delivery.ts";

/*
 * Where several web services keep one record, any of them may die, and its digesters go on with the next. A callback names one
 * of them, and keeps that name: lines, lanes and files know a caller by it. Only where it is sent is decided here.
 *
 * A digester's callback token is made at random by the record that it is attached to. So a web service that knows it keeps that
 * record, and nothing that is said with a token goes to one that has not shown to know it.
 */

type Target = Pick<CallbackTarget, "url" | "token">;

/** The web services that a digester was given. */
export interface WebAddresses {
  /** Their URLs, without a final slash, the one in use first. */
  readonly inTurn: () => readonly string[];
  /**
   * A web service has taken the digester in: it is the one in use.
   *
   * @returns its callback address by the name that the record has here, which stays what it was.
   * @throws AppError `upstream_failed` where its token differs from that of another address: it keeps another record. Where
   * nothing else has taken the digester in for a minute, the record is one that has forgotten it, and counts.
   */
  readonly attached: (url: string, callback: CallbackTarget) => CallbackTarget;
  /** A caller that has our token is a web service of the record, whatever its name; of the others the listed ones are. */
  readonly callerOf: (callback: CallbackTarget) => CallbackTarget;
  /** The name that the record has here, for one of its callback addresses; any other address as it is. */
  readonly nameOf: (callbackUrl: string) => string;
  readonly ask: AskTarget;
  /** Has each address that is not in use show that it keeps the record, and says of those that do not. Never rejects. */
  readonly check: () => Promise<void>;
}

/**
 * Has a request sent to a callback API, at the address in use where the target is one of the web services of the list and the
 * address knows its token. Where there is no answer the next try goes to another address, once that has shown to know it.
 *
 * @param send is given the base of the callback API, without a final slash; what it throws is passed on.
 */
export type AskTarget = <A extends { readonly status: number }>(
  target: Target,
  send: (base: string) => Promise<A>,
) => Promise<A>;

/** For those who have no list: every request goes where its target says. */
export const askDirectly: AskTarget = (target, send) => send(trim(target.url));

export interface WebAddressesOptions {
  readonly urls: readonly string[];
  /** Callbacks go another way from now on. */
  readonly onMoved: () => void;
  readonly log: Logger;
  readonly httpSend?: HttpSend;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

interface Address {
  readonly url: string;
  /** As it was told at attaching; until then as every web service has it. */
  callback: string;
  /** Callback tokens that it has shown to know. */
  readonly knows: Set<string>;
  /** It was said that it does not know a token: once is enough. */
  isDoubted: boolean;
}

/** Within a lease of 15 seconds there is time for a callback that is never answered, and for this. */
const PROOF_MS = 3000;
/** While the address that took the digester in is away, others with another token are not believed for so long. */
const FORGOTTEN_MS = 60_000;
/** Where all of them say "not now", as while their database is away, they are not asked in turn without end. */
const REST_MS = 2000;

/** Of a server in front of a web service that is away, or of one that is about to end. */
const isAway = (status: number): boolean => [502, 503, 504].includes(status);

export function createWebAddresses(options: WebAddressesOptions): WebAddresses {
  const { onMoved, log, httpSend = createHttpSend(), now = () => performance.now() } = options;
  const addresses = options.urls.map(trim).map((url): Address => {
    return { url, callback: usualCallback(url), knows: new Set(), isDoubted: false };
  });
  let inUse = addresses[0];
  /** What the first answer told. */
  let home: { readonly name: string; readonly url: string; readonly token: string } | null = null;
  const otherNames = new Set<string>();
  let isMoving = false;
  let movedAt = -Infinity;
  /** Since when only addresses with another token have answered. */
  let strangersSince: number | null = null;

  const at = (base: string): Address | undefined =>
    addresses.find(({ url, callback }) => callback === base || usualCallback(url) === base);

  const isOurs = (base: string): boolean => at(base) !== undefined || otherNames.has(base);

  const isOfRecord = ({ url, token }: Target): boolean =>
    isOurs(trim(url)) || token === home?.token;

  const placeOf = (target: Target): string =>
    isOfRecord(target) && inUse?.knows.has(target.token) === true
      ? inUse.callback
      : trim(target.url);

  const inTurn = (): Address[] => {
    const from = inUse === undefined ? 0 : addresses.indexOf(inUse);
    return [...addresses.slice(from), ...addresses.slice(0, from)];
  };

  const knows = async (address: Address, token: string): Promise<boolean> => {
    const { status, text } = await httpSend({
      method: "POST",
      url: `${address.callback}/batch`,
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ patches: [] }),
      timeoutMs: PROOF_MS,
    });
    if (isOk(status) && PatchBatchAnswer.safeParse(parseJson(text)).success) return true;
    if (status !== 401 && status !== 403) {
      throw new AppError("unavailable", `it answered ${status}`);
    }
    if (!address.isDoubted) {
      const why = `${address.url} does not know this digester: it seems to keep another record, so nothing is sent there`;
      log.error({ url: address.url }, why);
    }
    address.isDoubted = true;
    return false;
  };

  const move = async (from: string, token: string): Promise<void> => {
    const silent = at(from) ?? inUse;
    for (const address of inTurn()) {
      if (address === silent) continue;
      try {
        if (!(await knows(address, token))) continue;
      } catch (thrown) {
        log.warn({ url: address.url, why: reasonOf(thrown) }, "Nor does this one answer");
        continue;
      }
      address.knows.add(token);
      address.isDoubted = false;
      inUse = address;
      movedAt = now();
      log.warn({ from, to: address.url }, "The web service does not answer; going on with another");
      onMoved();
      return;
    }
  };

  const failed = (target: Target, base: string): void => {
    if (addresses.length < 2 || isMoving || now() - movedAt < REST_MS) return;
    if (!isOfRecord(target) || placeOf(target) !== base) return;
    isMoving = true;
    void move(base, target.token).finally(() => {
      isMoving = false;
    });
  };

  return {
    inTurn: () => inTurn().map(({ url }) => url),

    attached(url, callback) {
      const address = addresses.find((one) => one.url === url);
      if (home !== null && home.token !== callback.token && home.url !== url) {
        strangersSince ??= now();
        if (now() - strangersSince < FORGOTTEN_MS) throw anotherRecord(url, home.url);
        log.warn({ url }, "The record does not know this digester any more; it is taken in anew");
      }
      strangersSince = null;
      home = { name: home?.name ?? callback.url, url, token: callback.token };
      if (address !== undefined) {
        address.callback = trim(callback.url);
        address.knows.add(callback.token);
        address.isDoubted = false;
        inUse = address;
      }
      otherNames.add(trim(home.name));
      return { ...callback, url: home.name };
    },

    callerOf(callback) {
      if (home === null) return callback;
      const { name, token } = home;
      if (callback.token !== token) {
        return isOurs(trim(callback.url)) ? { ...callback, url: name } : callback;
      }
      otherNames.add(trim(callback.url));
      return { ...callback, url: name };
    },

    nameOf: (url) => (home !== null && isOurs(trim(url)) ? home.name : url),

    check: async () => {
      if (home === null) return;
      const { token } = home;
      const others = addresses.filter((address) => !address.knows.has(token));
      await Promise.all(
        others.map(async (address) => {
          try {
            if (await knows(address, token)) address.knows.add(token);
          } catch (thrown) {
            log.warn({ url: address.url, why: reasonOf(thrown) }, "Another web service is away");
          }
        }),
      );
    },

    ask: async (target, send) => {
      const base = placeOf(target);
      try {
        const answer = await send(base);
        if (isAway(answer.status)) failed(target, base);
        return answer;
      } catch (thrown) {
        // Whoever gives up by himself has learnt nothing of the other side.
        if (coerceError(thrown).name !== "AbortError") failed(target, base);
        throw thrown;
      }
    },
  };
}

function anotherRecord(url: string, homeUrl: string): AppError {
  return new AppError(
    "upstream_failed",
    `${url} keeps another record than ${homeUrl}: it has another token for this digester.`,
    { hint: "Give --web only addresses of web services that share one store." },
  );
}

const trim = (url: string): string => url.replace(/\/+$/, "");
const usualCallback = (url: string): string => `${url}/api/callback`;
