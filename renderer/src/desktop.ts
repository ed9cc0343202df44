import type { DesktopApi } from "../../services/contract/desktop.ts";

/** What only the desktop can do; absent in a browser. */
export function desktop(): DesktopApi | undefined {
  return window.desktop;
}
