import { createInterface } from "node:readline";
import type { UtilityProcess } from "electron";
import type { Logger } from "pino";
import { z } from "zod";
import { AppError } from "../services/contract/errors.ts";
import type { Electron } from "./electron.ts";
import { settlesWithin } from "./service-host.ts";
import type { HostedServices, ServiceHost } from "./service-host.ts";

/** The part of the services' first line on stdout that the shell reads. */
const Announcement = z.object({ url: z.url(), token: z.string().min(1) });

const announceWithinMs = 20_000;

export type ForkedDeps = {
  utilityProcess: Pick<Electron["utilityProcess"], "fork">;
  /** The built headless services. */
  entry: string;
  /** Arguments of the `all` command. */
  args: () => Promise<readonly string[]>;
  log: Logger;
};

/** The services in a process of their own: the same entry as headless. What they log goes to our log. */
export function createForkedHost({ utilityProcess, entry, args, log }: ForkedDeps): ServiceHost {
  let child: UtilityProcess | null = null;
  let exited: Promise<number> = Promise.resolve(0);
  let exitListener: ((reason: string) => void) | null = null;

  return {
    start: async (): Promise<HostedServices> => {
      const forked = utilityProcess.fork(entry, ["all", ...(await args()), "--json"], {
        serviceName: "Digester services",
        stdio: ["ignore", "pipe", "pipe"],
      });
      exited = new Promise((resolve) => forked.once("exit", resolve));
      pipeLines(forked.stderr, (line) => log.info({ services: line }));
      let timer: NodeJS.Timeout | undefined;
      try {
        const line = await Promise.race([
          new Promise<string>((resolve) => pipeLines(forked.stdout, resolve)),
          exited.then((code) => {
            throw new AppError("unavailable", `The services ended with ${code} at their start.`);
          }),
          new Promise<never>((_resolve, reject) => {
            timer = setTimeout(() => {
              forked.kill();
              reject(new AppError("unavailable", "The services did not answer within 20 s."));
            }, announceWithinMs);
          }),
        ]);
        const { url, token } = Announcement.parse(JSON.parse(line));
        child = forked;
        forked.once("exit", (code) => {
          if (child === null) return;
          child = null;
          exitListener?.(`They ended with ${code}.`);
        });
        return { url, token, pid: forked.pid ?? 0 };
      } finally {
        clearTimeout(timer);
      }
    },
    stop: async (deadlineMs) => {
      const stopping = child;
      child = null;
      if (stopping === null) return;
      stopping.kill();
      await settlesWithin(exited, deadlineMs);
    },
    onExit: (listener) => {
      exitListener = listener;
    },
  };
}

function pipeLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on("line", onLine);
}
