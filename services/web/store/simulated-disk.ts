import type { Disk, DiskFile } from "./disk.ts";

/**
 * A disk in memory for tests. It keeps apart what was synced and what only the cache has, and it fails, or dies, at any
 * step it is told to.
 */
export interface SimulatedDisk extends Disk {
  /** Asked before each step; the default lets all happen. */
  onStep(decide: (step: Step) => "go" | "fail" | "crash"): void;
  steps(): number;
  /** The disk as the next process finds it. A disk that was closed has lost nothing. */
  afterKill(): SimulatedDisk;
  /** As after a loss of power: of what was not synced, `survives` says what is there, piece by piece. */
  afterPowerLoss(survives: () => boolean): SimulatedDisk;
  content(name: string): Buffer;
  setContent(name: string, content: Buffer): void;
}

export interface Step {
  readonly number: number;
  readonly kind: "open" | "read" | "write" | "truncate" | "sync" | "rename" | "remove" | "names";
  readonly name: string;
}

interface Content {
  cached: Buffer;
  synced: Buffer;
  /** Changes of the content since the last sync. */
  unsynced: Array<(content: Buffer) => Buffer>;
}

type Names = Map<string, Content>;

const pieceBytes = 64;

export function createSimulatedDisk(start: Names = new Map()): SimulatedDisk {
  const names: Names = new Map(start);
  let syncedNames: Names = new Map(start);
  let unsyncedNames: Array<(names: Names) => void> = [];
  let decide: (step: Step) => "go" | "fail" | "crash" = letGo;
  let steps = 0;
  let dead = false;

  /** @returns whether the step is done only in part, for the caller to throw afterwards. */
  const step = (kind: Step["kind"], name: string): Error | null => {
    if (dead) throw new Error("EIO: the disk is gone");
    steps += 1;
    const answer = decide({ number: steps, kind, name });
    if (answer === "go") return null;
    dead = answer === "crash";
    return new Error(answer === "crash" ? "EIO: the disk is gone" : "ENOSPC: no space left");
  };

  const wholly = (kind: Step["kind"], name: string): void => {
    const failure = step(kind, name);
    if (failure !== null) throw failure;
  };

  const changeNames = (how: (names: Names) => void): void => {
    how(names);
    unsyncedNames.push(how);
  };

  const toFile = (name: string, content: Content): DiskFile => ({
    async size() {
      return content.cached.length;
    },
    async read(position, length) {
      wholly("read", name);
      return Buffer.from(content.cached.subarray(position, position + length));
    },
    async write(data, position) {
      const failure = step("write", name);
      const written = failure === null ? data.length : Math.floor(data.length / 2);
      for (let at = 0; at < written; at += pieceBytes) {
        const piece = Buffer.from(data.subarray(at, Math.min(at + pieceBytes, written)));
        change(content, (before) => patched(before, piece, position + at));
      }
      if (failure !== null) throw failure;
    },
    async truncate(length) {
      wholly("truncate", name);
      change(content, (before) => patched(before.subarray(0, length), Buffer.alloc(0), length));
    },
    async sync() {
      wholly("sync", name);
      content.synced = content.cached;
      content.unsynced = [];
    },
    async close() {},
  });

  const next = (survives: (content: Content) => Buffer, kept: Names): SimulatedDisk => {
    const copies = new Map<string, Content>();
    for (const [name, content] of kept) {
      const buffer = survives(content);
      copies.set(name, { cached: buffer, synced: buffer, unsynced: [] });
    }
    return createSimulatedDisk(copies);
  };

  return {
    path: (name) => `/store/${name}`,
    onStep: (how) => {
      decide = how;
    },
    steps: () => steps,
    async list() {
      return [...names.keys()];
    },
    async open(name, mode) {
      wholly("open", name);
      const known = names.get(name);
      if (mode === "existing" && known === undefined) throw new Error(`ENOENT: no ${name}`);
      const content = known ?? { cached: Buffer.alloc(0), synced: Buffer.alloc(0), unsynced: [] };
      if (known === undefined) changeNames((all) => all.set(name, content));
      else if (mode === "create") change(content, () => Buffer.alloc(0));
      return toFile(name, content);
    },
    async rename(from, to) {
      wholly("rename", from);
      const content = names.get(from);
      if (content === undefined) throw new Error(`ENOENT: no ${from}`);
      changeNames((all) => {
        all.delete(from);
        all.set(to, content);
      });
    },
    async remove(name) {
      wholly("remove", name);
      changeNames((all) => all.delete(name));
    },
    async syncNames() {
      wholly("names", "");
      syncedNames = new Map(names);
      unsyncedNames = [];
    },
    afterKill: () => {
      // The cache outlives the process, and may still be lost with the next loss of power.
      const copies = new Map<string, Content>();
      for (const [name, content] of names)
        copies.set(name, { ...content, unsynced: [...content.unsynced] });
      return createSimulatedDisk(copies);
    },
    afterPowerLoss(survives) {
      const kept = new Map(syncedNames);
      for (const rename of unsyncedNames) if (survives()) rename(kept);
      return next(
        (content) =>
          content.unsynced.reduce(
            (buffer, how) => (survives() ? how(buffer) : buffer),
            content.synced,
          ),
        kept,
      );
    },
    content: (name) => names.get(name)?.cached ?? Buffer.alloc(0),
    setContent(name, buffer) {
      names.set(name, { cached: buffer, synced: buffer, unsynced: [] });
    },
  };
}

const letGo = () => "go" as const;

function change(content: Content, how: (content: Buffer) => Buffer): void {
  content.cached = how(content.cached);
  content.unsynced.push(how);
}

function patched(before: Buffer, piece: Buffer, position: number): Buffer {
  const after = Buffer.alloc(Math.max(before.length, position + piece.length));
  before.copy(after);
  piece.copy(after, position);
  return after;
}
