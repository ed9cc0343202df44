import type { Page } from "@playwright/test";
import type { Recorded } from "../electron-stand-in/control.ts";

export type { Recorded };

/** How a spec starts the app: on folders of its own, next to whatever else runs here. */
export type DesktopOptions = {
  /** Holds everything that the app keeps. */
  userData: string;
  /** Further environment, e.g. where the services run. */
  environment?: Readonly<Record<string, string>>;
  argv?: readonly string[];
};

/** The running app, as a person and the system see it; the same on Electron and on its stand-in. */
export type Desktop = {
  kind: "electron" | "stand-in";
  page: Page;
  pid: number;
  /** What the next file dialogs answer; none is a cancelled dialog. */
  choosePaths(paths: readonly string[]): Promise<void>;
  /** The button, from 0, by which the next questions are answered. */
  chooseButton(button: number): Promise<void>;
  clickMenu(id: string): Promise<void>;
  clickNotification(index: number): Promise<void>;
  closeWindow(): Promise<void>;
  quit(): Promise<void>;
  recorded(): Promise<Recorded>;
  /** Starts the app once more, on the same folders; answers the exit code of that process. */
  launchAgain(argv: readonly string[]): Promise<number | null>;
  exited: Promise<number | null>;
  log(): string;
  /** Ends what is left of it. */
  dispose(): Promise<void>;
};

/** The app's environment: no setting of this machine's reaches it but the path and where its Chromium is. */
export function desktopEnvironment(options: DesktopOptions): Record<string, string> {
  const inherited = ["PATH", "HOME", "CHROMIUM", "DISPLAY", "TMPDIR", "XDG_RUNTIME_DIR"];
  const kept = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    DIGESTER_USER_DATA: options.userData,
    DIGESTER_PORT: "0",
    ...options.environment,
  };
}
