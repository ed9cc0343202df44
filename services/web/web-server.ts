import type { RequestListener } from "node:http";
import { AppError, coerceError, systemCode } from "../contract/errors.ts";
import { listen } from "../gate/listen.ts";
import { createHttpServer, type TlsIdentity } from "../gate/tls.ts";
import type { Log } from "./log.ts";

/** The HTTP server of the service. It listens before there is an app, whose addresses depend on the port. */
export interface WebServer {
  /**
   * Requests that come from now on wait for the app.
   *
   * @returns the port, which is another than the one asked for where that is 0.
   * @throws AppError `unavailable`, with a word for a person who starts the service twice.
   */
  listen(port: number, host: string): Promise<number>;
  /** Answers what has waited, and all that comes. */
  serve(app: RequestListener): void;
  /** Requests under way may end; whatever is still open after so many milliseconds is cut. */
  close(deadlineMs: number): Promise<void>;
}

/** Files of some gigabytes may come over a slow line. */
const longestRequestMs = 3 * 3_600_000;

/** @param tls what it shows to those who connect; null: it speaks plain HTTP. */
export function createWebServer(tls: TlsIdentity | null, log: Log): WebServer {
  let serve: ((app: RequestListener) => void) | null = null;
  const app = new Promise<RequestListener>((settle) => {
    serve = settle;
  });
  const server = createHttpServer(tls, (request, response) => {
    void app.then((answer) => answer(request, response));
  });
  server.requestTimeout = longestRequestMs;

  return {
    async listen(port, host) {
      try {
        return await listen(server, port, host, (error) => log.error({ err: error }, "web server"));
      } catch (thrown) {
        const { cause } = coerceError(thrown);
        if (systemCode(cause) !== "EADDRINUSE") throw thrown;
        throw new AppError("unavailable", `Port ${port} of ${host} is in use by another program.`, {
          cause,
          hint: "End that program, or take another port with --port.",
        });
      }
    },
    serve: (listener) => serve?.(listener),
    async close(deadlineMs) {
      const closed = new Promise<void>((done) => server.close(() => done()));
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
      server.closeIdleConnections();
      await closed;
      clearInterval(idle);
      clearTimeout(deadline);
    },
  };
}
