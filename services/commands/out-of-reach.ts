import { hostname } from "node:os";
import { isLoopback } from "../web/http/guards.ts";

/**
 * What to say where a web service on another machine is given an address at which it cannot reach the digester, since that
 * shows there as silence alone; null where it can, or may.
 */
export function outOfReach({
  web = [],
  host,
  advertise,
  pull,
}: {
  /** Those that it registers with. */
  readonly web?: readonly string[];
  /** The address that the digester listens on. */
  readonly host: string;
  readonly advertise?: string;
  readonly pull?: true;
}): string | null {
  if (pull === true || advertise !== undefined || !isLoopback(host)) return null;
  const asked = web
    .map((url) => new URL(url).hostname)
    .find((name) => !isLoopback(name.replace(/^\[|\]$/g, "")) && name !== hostname().toLowerCase());
  if (asked === undefined) return null;
  return `From another machine, ${asked} cannot reach ${host}: give --host 0.0.0.0, or --pull.`;
}
