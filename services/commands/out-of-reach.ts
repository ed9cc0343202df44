import { hostname } from "node:os";
import { isLoopback } from "../web/http/guards.ts";

/**
 * What to say where a web service on another machine is given an address at which it cannot reach the digester, since that
 * shows there as silence alone; null where it can, or may.
 */
export function outOfReach({
  web,
  host,
  advertise,
  pull,
}: {
  readonly web?: string;
  /** The address that the digester listens on. */
  readonly host: string;
  readonly advertise?: string;
  readonly pull?: true;
}): string | null {
  if (web === undefined || pull === true || advertise !== undefined || !isLoopback(host))
    return null;
  const { hostname: asked } = new URL(web);
  if (isLoopback(asked.replace(/^\[|\]$/g, "")) || asked === hostname().toLowerCase()) return null;
  return `From another machine, ${asked} cannot reach ${host}: give --host 0.0.0.0, or --pull.`;
}
