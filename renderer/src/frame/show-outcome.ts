import { desktop } from "../desktop.ts";
import type { Outcome } from "./outcomes.ts";

/** Shows a notice by the desktop, else by the browser where that was allowed. A click leads to what it is about. */
export function showOutcome({ title, body, path }: Outcome, go: (path: string) => void): void {
  const shell = desktop();
  if (shell !== undefined) {
    // One that the system refuses is no loss: the page shows the same.
    shell.notify({ title: title.slice(0, 200), body, path }).catch(() => undefined);
    return;
  }
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const notice = new Notification(title, { body, tag: path });
  notice.addEventListener("click", () => {
    window.focus();
    notice.close();
    go(path);
  });
}
