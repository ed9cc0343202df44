import { cookieName } from "../services/web/http/guards.ts";
import type { Electron } from "./electron.ts";
import type { HostedServices } from "./service-host.ts";

/**
 * Signs the window in before it loads anything: no token in an address, none within the page's reach. Without an expiry
 * the cookie ends with the app.
 */
export async function signIn(
  session: Electron["session"],
  { url, token }: Pick<HostedServices, "url" | "token">,
): Promise<void> {
  await session.defaultSession.cookies.set({
    url,
    name: cookieName(Number(new URL(url).port)),
    value: token,
    path: "/",
    httpOnly: true,
    sameSite: "strict",
  });
}
