import type { Tray } from "electron";
import type { Logger } from "pino";
import { coerceError } from "../services/contract/errors.ts";
import type { Electron } from "./electron.ts";

export type TrayDeps = {
  electron: Pick<Electron, "Menu" | "Tray">;
  icon: string;
  actions: { show: () => void; submit: () => void; quit: () => void };
  log: Logger;
};

export type AppTray = {
  /** Says how many jobs run. */
  tell: (running: number) => void;
};

/**
 * The app's icon among the system's. Some desktops have no such place, so nothing may depend on it: it is one more way to
 * the window, and says at a glance how much runs.
 */
export function createTray({ electron, icon, actions, log }: TrayDeps): AppTray {
  let tray: Tray | null = null;
  const tell = (running: number): void => {
    const jobs = running === 1 ? "1 job" : `${running} jobs`;
    tray?.setToolTip(running === 0 ? "Digester" : `Digester: ${jobs} running`);
    // Where the system shows no tips, the menu says it.
    tray?.setContextMenu(
      electron.Menu.buildFromTemplate([
        { label: running === 0 ? "No job runs" : `${jobs} running`, enabled: false },
        { type: "separator" },
        { label: "Show Console", click: actions.show },
        { label: "New Submission", click: actions.submit },
        { type: "separator" },
        { label: "Quit", click: actions.quit },
      ]),
    );
  };
  try {
    tray = new electron.Tray(icon);
    tray.on("click", actions.show);
  } catch (thrown) {
    log.warn({ err: coerceError(thrown) }, "this desktop has no place for the app's icon");
  }
  tell(0);
  return { tell };
}
