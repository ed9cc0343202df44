import { hostname } from "node:os";

/** Whether a service that listens there does so on every address of the machine. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** Where others find a service that listens on all addresses. */
export function reachable(host: string): string {
  return isWildcard(host) ? hostname() : host;
}

/** Where it finds itself when it listens on all addresses. */
export function reachableHere(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}
