/** The embedded services, once they listen. */
export type HostedServices = {
  /** The console's address, e.g. `http://127.0.0.1:8090`. */
  url: string;
  token: string;
  /** The process in which the embedded digester runs, by which it is told from attached ones. */
  pid: number;
};

/**
 * Where the embedded services live: in this process, or in one of their own. The shell owns them either way and knows no
 * difference.
 */
export type ServiceHost = {
  /** Starts them and answers once they listen. */
  start(): Promise<HostedServices>;
  /** Stops them: running jobs are handed back first. After `deadlineMs` it gives up waiting. */
  stop(deadlineMs: number): Promise<void>;
  /** Tells of an end that nobody asked for. */
  onExit(listener: (reason: string) => void): void;
};

/** Waits for `work`, but no longer than `deadlineMs`; answers whether it was done by then. */
export async function settlesWithin(work: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), deadlineMs);
  });
  try {
    return await Promise.race([work.then(() => true as const), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
