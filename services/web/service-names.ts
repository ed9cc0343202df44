import { hostname } from "node:os";
import { isWildcard, reachable } from "../gate/address.ts";
import { serverUrl, type TlsIdentity } from "../gate/tls.ts";
import { hostTest } from "./http/guards.ts";

/** Under which names the service goes, now that it has its port. URLs are without a final slash. */
export interface ServiceNames {
  /** Where this machine reaches it. */
  readonly url: string;
  /** Where another machine reaches this very service, whatever name it shares with others. */
  readonly directUrl: string;
  /** Where others reach it. */
  readonly publicUrl: string;
  /** What `publicUrl` names. */
  readonly advertised: { readonly host: string; readonly port: number };
  readonly port: number;
  /** Whether a `Host` header names this service. */
  readonly isOurHost: (host: string | undefined) => boolean;
  /** The callback API by the name that was used to reach us, which is known to work from there; null: by the public one. */
  readonly callbackUrlFor: (reachedAt: string | null | undefined) => string;
}

export function serviceNames(
  port: number,
  {
    host,
    tls = null,
    publicUrl: givenUrl,
    allowedHosts = [],
  }: {
    /** The address that it listens on. */
    readonly host: string;
    readonly tls?: TlsIdentity | null;
    readonly publicUrl?: string;
    readonly allowedHosts?: readonly string[];
  },
): ServiceNames {
  const at = (name: string): string => serverUrl(tls, name, port);
  const given = givenUrl?.replace(/\/+$/, "");
  // A certificate speaks for the public name rather than for an address of this machine.
  const here = tls === null ? undefined : given;
  const url = here ?? at(isWildcard(host) ? "127.0.0.1" : host);
  const publicUrl = given ?? at(reachable(host));
  const isOurHost = hostTest({
    host,
    port,
    allowedHosts: [
      ...allowedHosts,
      ...(isWildcard(host) ? [hostname()] : []),
      ...(givenUrl === undefined ? [] : [new URL(givenUrl).host]),
    ],
  });
  return {
    url,
    directUrl: isWildcard(host) ? at(hostname()) : url,
    publicUrl,
    advertised: { host: new URL(publicUrl).hostname, port: portOf(publicUrl) },
    port,
    isOurHost,
    callbackUrlFor(reachedAt) {
      const isPublic = reachedAt === new URL(publicUrl).host;
      const scheme = tls === null ? "http" : "https";
      const base =
        typeof reachedAt === "string" && !isPublic ? `${scheme}://${reachedAt}` : publicUrl;
      return `${base}/api/callback`;
    },
  };
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
