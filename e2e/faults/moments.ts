import { watch, type FSWatcher } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultCluster } from "./cluster.ts";
import type { Follower } from "./follower.ts";

/** What a fault waits for, so that it comes where it hurts. */
const momentKinds = [
  /** Nothing: any time. */
  "at any time",
  /** An attempt has just claimed its job. */
  "at a claim",
  /** An attempt reads and writes. */
  "in the middle",
  /** A staging directory has just been made, or a file in one is being written. */
  "at a write",
  /** The web service has just allowed an attempt to publish. */
  "at the permission",
  /** The list of files to move has just been written, or a file has just been moved. */
  "at a rename",
  /** A job has just settled. */
  "at an end",
  /** The web service's store has just written. */
  "at the store",
] as const;
export type MomentKind = (typeof momentKinds)[number];

interface Moment {
  readonly kind: MomentKind;
  /** The digester at whose work it came; null: nobody's. */
  readonly digester: string | null;
}

/** Tells when such a moment has come. */
export interface Moments {
  /** Gives up waiting after a while, and then the moment is any time. */
  readonly next: (kind: MomentKind) => Promise<Moment>;
  readonly close: () => void;
}

const patienceMs = 3000;
const stagingName = /^\.digester-(\d+)-\d+-/;

/** Watches the events, and the directories in which attempts and the store write. */
export async function watchMoments(cluster: FaultCluster, follower: Follower): Promise<Moments> {
  const waiting = new Map<MomentKind, Array<(digester: string | null) => void>>();
  const watchers = new Map<string, FSWatcher>();

  const happens = (kind: MomentKind, digester: string | null): void => {
    // Each for one kill, the one that has waited longest.
    waiting.get(kind)?.shift()?.(digester);
  };

  const stop = follower.watch((event, job) => {
    if (event === null) {
      const progress = job?.progress ?? 0;
      if (progress > 0 && progress < 1) happens("in the middle", job?.digester ?? null);
    } else if (event.type === "claimed") happens("at a claim", event.digester);
    else if (event.type === "publishing") happens("at the permission", event.digester);
    else if (event.type === "settled") happens("at an end", event.digester);
  });

  const digesterOf = (id: number): string | null =>
    [...follower.jobs.values()].find((job) => job.id === id)?.digester ?? null;

  const observe = (path: string, onName: (name: string) => void): void => {
    if (watchers.has(path)) return;
    try {
      const watcher = watch(path, { persistent: false }, (_type, name) => onName(name ?? ""));
      watchers.set(path, watcher);
      const forget = (): void => {
        watcher.close();
        watchers.delete(path);
      };
      watcher.on("error", forget);
      // A directory that is gone is watched no more, but the watcher does not say so by itself.
      void sleep(60_000, undefined, { ref: false }).then(forget);
    } catch {
      // It is gone already.
    }
  };

  const observeStaging = (parent: string, name: string): void => {
    const id = Number(stagingName.exec(name)?.[1]);
    if (Number.isNaN(id)) return;
    const path = join(parent, name);
    happens("at a write", digesterOf(id));
    let isPublishing = false;
    observe(path, (file) => {
      if (basename(file) === ".publish.json") isPublishing = true;
      happens(isPublishing ? "at a rename" : "at a write", digesterOf(id));
    });
  };

  const parents = [join(cluster.dataDir, "loader", "digest")];
  if (cluster.smallDisk !== null) parents.push(join(cluster.smallDisk, "digest"));
  for (const parent of parents) {
    await mkdir(parent, { recursive: true });
    const watcher = watch(parent, { persistent: false }, (_type, name) => {
      observeStaging(parent, name ?? "");
    });
    watchers.set(parent, watcher);
  }
  const store = join(cluster.dataDir, ".digester-web");
  watchers.set(
    store,
    watch(store, { persistent: false }, () => happens("at the store", null)),
  );

  return {
    async next(kind) {
      if (kind === "at any time") return { kind, digester: null };
      const queue = waiting.get(kind) ?? [];
      waiting.set(kind, queue);
      return new Promise((resolve) => {
        const come = (digester: string | null): void => {
          clearTimeout(patience);
          resolve({ kind, digester });
        };
        const patience = setTimeout(() => {
          queue.splice(queue.indexOf(come), 1);
          resolve({ kind: "at any time", digester: null });
        }, patienceMs);
        queue.push(come);
      });
    },
    close() {
      stop();
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
