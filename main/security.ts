import type { Logger } from "pino";
import { inBackground } from "./background.ts";
import type { Electron, WebContents } from "./electron.ts";

/**
 * The window is a browser with a person's files behind it. What it must never become: a page of somebody else's with our
 * preload in it. So it stays on the embedded service's origin, opens no other window, and is granted two permissions.
 * Origins are compared as parsed, never as text: `http://127.0.0.1:80@evil.example` begins with ours.
 */

/** Whether `url` lies on `origin`, e.g. `http://127.0.0.1:8090`. */
export function isOwnOrigin(url: string, origin: string | null): boolean {
  return origin !== null && URL.canParse(url) && new URL(url).origin === origin;
}

const externalProtocols: ReadonlySet<string> = new Set(["https:", "http:", "mailto:"]);

/** The address as the system may be asked to open it; null for any other scheme, `file:` and `javascript:` among them. */
export function externalAddress(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url);
  return externalProtocols.has(parsed.protocol) ? parsed.href : null;
}

const grantedPermissions: ReadonlySet<string> = new Set([
  "notifications",
  "clipboard-sanitized-write",
]);

/** Whether the page at `url` may have what it asks for. */
export function isGranted(permission: string, url: string, origin: string | null): boolean {
  return grantedPermissions.has(permission) && isOwnOrigin(url, origin);
}

export type SecurityDeps = {
  electron: Pick<Electron, "app" | "shell">;
  /** The embedded service's origin; null until it listens, when nothing may be loaded. */
  ownOrigin: () => string | null;
  log: Logger;
};

/** Locks every web contents from its creation on. Call before the app is ready. */
export function lockContents({ electron, ownOrigin, log }: SecurityDeps): void {
  electron.app.enableSandbox();
  electron.app.on("web-contents-created", (_event, contents) => {
    lockNavigation(contents, { electron, ownOrigin, log });
  });
}

function lockNavigation(contents: WebContents, { electron, ownOrigin, log }: SecurityDeps): void {
  const stayHome = (event: { url: string; preventDefault: () => void }): void => {
    if (isOwnOrigin(event.url, ownOrigin())) return;
    event.preventDefault();
    log.warn({ url: event.url }, "refused to leave the console");
  };
  contents.on("will-navigate", stayHome);
  contents.on("will-frame-navigate", stayHome);
  contents.on("will-redirect", stayHome);
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const external = isOwnOrigin(url, ownOrigin()) ? null : externalAddress(url);
    if (external === null) log.warn({ url }, "refused to open a window");
    else inBackground(electron.shell.openExternal(external), log);
    return { action: "deny" };
  });
}

/** Electron grants every permission by default; this grants two, to our own page. Call when the app is ready. */
export function limitPermissions(
  session: Electron["session"],
  ownOrigin: () => string | null,
): void {
  session.defaultSession.setPermissionRequestHandler((contents, permission, answer) =>
    answer(isGranted(permission, contents.getURL(), ownOrigin())),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission, requestingOrigin) =>
    isGranted(permission, requestingOrigin, ownOrigin()),
  );
}
