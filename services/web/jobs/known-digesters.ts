import { AppError } from "../../contract/errors.ts";
import type { Store } from "../store/store.ts";
import { digesterClient } from "./digester-client.ts";
import type { DigesterEntry } from "./digester-entry.ts";
import { changeDigester, tokenDigest, type DigesterRecord } from "./digester-record.ts";
import type { Transport } from "./transport.ts";

/** What is known of each digester, here and in what is remembered over restarts. */
export interface KnownDigesters {
  /** Those that were detached are known as well, while they run something. */
  all(): DigesterEntry[];
  find(id: string): DigesterEntry | undefined;
  attached(): DigesterEntry[];
  /** @throws AppError `not_found` unless it is attached. */
  get(id: string): DigesterEntry;
  /** Whose callback token this is. */
  ofToken(token: string): DigesterEntry | undefined;
  /** Takes in what is kept of one, known before or not. */
  remember(record: DigesterRecord): DigesterEntry;
  /** Keeps what has changed. */
  update(entry: DigesterEntry, fields: Partial<DigesterRecord>): Promise<void>;
  /** Keeps whether it is lost. Of all services on the record, one is the first, and tells. */
  isFirstToTell(entry: DigesterEntry, lost: boolean): Promise<boolean>;
}

export interface KnownDigestersDeps {
  readonly store: Store;
  /** Milliseconds that no adjustment of the clock touches. */
  readonly monotonic: () => number;
  /** @param askedAt is asked at each call. */
  readonly transportTo: (digester: DigesterRecord, askedAt: () => string | null) => Transport;
}

export function knownDigesters(deps: KnownDigestersDeps): KnownDigesters {
  const { store, monotonic, transportTo } = deps;
  const entries = new Map<string, DigesterEntry>();
  const idByToken = new Map<string, string>();

  function remember(record: DigesterRecord): DigesterEntry {
    const { id } = record;
    const transport = transportTo(record, () => entries.get(id)?.record.askedAt ?? null);
    const client = digesterClient(record, transport);
    const entry: DigesterEntry = entries.get(id) ?? {
      record,
      client,
      status: null,
      regulators: [],
      problem: null,
      isLost: false,
      lastHeardAt: null,
      lastReached: monotonic(),
      following: null,
    };
    entry.record = record;
    entry.client = client;
    entries.set(id, entry);
    idByToken.set(tokenDigest(record.callbackToken), id);
    return entry;
  }

  return {
    all: () => [...entries.values()],
    find: (id) => entries.get(id),
    attached: () => [...entries.values()].filter((entry) => !entry.record.detached),

    get(id) {
      const entry = entries.get(id);
      if (entry !== undefined && !entry.record.detached) return entry;
      throw new AppError("not_found", `No digester "${id}" is attached.`);
    },

    ofToken(token) {
      const id = idByToken.get(tokenDigest(token));
      return id === undefined ? undefined : entries.get(id);
    },

    remember,

    async update(entry, fields) {
      const { id, callbackUrl } = entry.record;
      const changed = await changeDigester(store, id, (known) => ({
        ...(known ?? entry.record),
        ...fields,
      }));
      remember({ ...changed, callbackUrl });
    },

    async isFirstToTell(entry, lost) {
      let isFirst = false;
      await changeDigester(store, entry.record.id, (known) => {
        const before = known ?? entry.record;
        isFirst = before.lost !== lost;
        return isFirst ? { ...before, lost } : before;
      });
      entry.record = { ...entry.record, lost };
      return isFirst;
    },
  };
}
