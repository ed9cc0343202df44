import { closeSync, fsyncSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import workerpool from "workerpool";
import { digest } from "../digest/digest.ts";
import { knownTo } from "../digest/validation/known-digests.ts";
import { openGobiiDatabase } from "./gobii-database.ts";
import { lookMethods } from "./look.ts";
import type { WorkerAnswer, WorkerEvent, WorkerRequest } from "./worker-protocol.ts";

const PROGRESS_EVERY_MS = 250;
/** Words of one moment go together: a short digest says all of them with its answer. */
const GATHER_MS = 20;

/** What workerpool binds to a method: `this.worker`. */
interface WorkerMethod {
  readonly worker: { addAbortListener(listener: () => Promise<void>): void };
}

class Stopped extends Error {}

/** The methods of a worker, which lives through many digests, one at a time. */
function createMethods(send: (events: readonly WorkerEvent[]) => void) {
  let gathered: WorkerEvent[] = [];
  let gathering: NodeJS.Timeout | undefined;
  let stopping = false;
  let current: Promise<unknown> = Promise.resolve();
  let listening = false;

  const take = (): readonly WorkerEvent[] => {
    clearTimeout(gathering);
    gathering = undefined;
    const taken = gathered;
    gathered = [];
    return taken;
  };
  const emit = (event: WorkerEvent): void => {
    gathered.push(event);
    gathering ??= setTimeout(() => send(take()), GATHER_MS);
  };

  /** Listeners cannot be taken back, and all are forgotten once they were called: so there is one until it was. */
  const listen = ({ worker }: WorkerMethod): void => {
    if (listening) return;
    listening = true;
    worker.addAbortListener(async () => {
      listening = false;
      stopping = true;
      await current.catch(() => undefined);
    });
  };

  const run = async (request: WorkerRequest): Promise<WorkerAnswer> => {
    let toldAt = -Infinity;
    const database =
      request.knownDatabase === null ? null : openGobiiDatabase(request.knownDatabase);
    try {
      const result = await digest(
        { ...request, root: null, knownCrops: null, known: knownTo(database, request.knownFiles) },
        {
          onPhase: (phase) => emit({ kind: "phase", phase }),
          onProgress: ({ bytesRead, bytesTotal }) => {
            const now = performance.now();
            if (now - toldAt < PROGRESS_EVERY_MS) return;
            toldAt = now;
            emit({ kind: "progress", bytesRead, bytesTotal });
          },
          checkpoint: async () => {
            // Lets messages in, so that a wish to stop arrives.
            await nextTurn();
            if (stopping) throw new Stopped();
          },
        },
      );
      if (result.status === "completed") bringToDisk(request.outDir);
      return { result, events: take() };
    } catch (thrown) {
      if (thrown instanceof Stopped) return { result: null, events: [] };
      throw thrown;
    } finally {
      await database?.close();
      const rest = take();
      if (stopping) send([...rest, { kind: "stopped" }]);
      else if (rest.length > 0) send(rest);
    }
  };

  return {
    digest(this: WorkerMethod, request: WorkerRequest): Promise<WorkerAnswer> {
      stopping = false;
      listen(this);
      send([{ kind: "started", pid: process.pid }]);
      const answer = run(request);
      current = answer;
      return answer;
    },
  };
}

/** Here, where waiting for the disk keeps nobody else waiting; publishing is renaming then. */
function bringToDisk(directory: string): void {
  for (const name of readdirSync(directory)) {
    const file = openSync(join(directory, name), "r+");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

// A Ctrl-C in the terminal reaches every process of the group; when the worker ends is for the service to say.
process.on("SIGINT", () => undefined);

workerpool.worker(
  { ...createMethods((events) => workerpool.workerEmit(events)), ...lookMethods },
  {
    abortListenerTimeout: 1500,
  },
);
