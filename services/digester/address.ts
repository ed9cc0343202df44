import type { Server } from "node:http";
import { hostname } from "node:os";
import { AppError } from "../contract/errors.ts";

/**
 * Resolves with the port, which is another than the one asked for where that is 0.
 *
 * @throws AppError `unavailable` when the port is taken or the address is not this machine's.
 */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(
        new AppError("unavailable", `Cannot listen on ${host}:${port}: ${error.message}`, {
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Where others find a service that listens on all addresses. */
export function reachable(host: string): string {
  return host === "0.0.0.0" || host === "::" ? hostname() : host;
}

/** Where it finds itself when it listens on all addresses. */
export function reachableHere(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}
