/**
 * Names of what the desktop offers its window. Free of zod: the preload script is built from this file, and stays small.
 */

export const desktopMethods = [
  "getInfo",
  "chooseInstruction",
  "choosePaths",
  "openPath",
  "openExternal",
  "notify",
  "setBadge",
  "endWelcome",
] as const;
export type DesktopMethod = (typeof desktopMethods)[number];

/** The channel on which the window calls a method. */
export function desktopChannel(method: DesktopMethod): string {
  return `desktop:${method}`;
}

/** The one channel from the desktop to its window. */
export const desktopEventChannel = "desktop:event";

/** How a call is answered: a rejection would reach the window wrapped in Electron's own words. */
export type DesktopAnswer =
  { ok: true; value: unknown } | { ok: false; error: { code: string; message: string } };
