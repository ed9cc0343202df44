import { setImmediate as nextTurn } from "node:timers/promises";
import workerpool from "workerpool";
import { digest } from "../digest/digest.ts";
import { everythingKnown } from "../digest/validation/known-source.ts";
import type { WorkerAnswer, WorkerEvent, WorkerRequest } from "./worker-protocol.ts";

const PROGRESS_EVERY_MS = 250;

/** What workerpool binds to a method: `this.worker`. */
interface WorkerMethod {
  readonly worker: { addAbortListener(listener: () => Promise<void>): void };
}

class Stopped extends Error {}

/** The methods of a worker, which lives through many digests, one at a time. */
function createMethods(emit: (event: WorkerEvent) => void) {
  let stopping = false;
  let current: Promise<unknown> = Promise.resolve();
  let listening = false;

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
    try {
      const result = await digest(
        { ...request, root: null, knownCrops: null, known: everythingKnown },
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
      return { result };
    } catch (thrown) {
      if (thrown instanceof Stopped) return { result: null };
      throw thrown;
    } finally {
      if (stopping) emit({ kind: "stopped" });
    }
  };

  return {
    digest(this: WorkerMethod, request: WorkerRequest): Promise<WorkerAnswer> {
      stopping = false;
      listen(this);
      emit({ kind: "started", pid: process.pid });
      const answer = run(request);
      current = answer;
      return answer;
    },
  };
}

// A Ctrl-C in the terminal reaches every process of the group; when the worker ends is for the service to say.
process.on("SIGINT", () => undefined);

workerpool.worker(
  createMethods((event) => workerpool.workerEmit(event)),
  {
    abortListenerTimeout: 1500,
  },
);
