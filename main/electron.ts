import type * as electron from "electron";

/**
 * The parts of Electron that the shell uses. `index.ts` alone imports the module itself; everything else is given what it
 * needs of it, and so runs in a test on a stand-in.
 */
export type Electron = Pick<
  typeof electron,
  | "app"
  | "BrowserWindow"
  | "dialog"
  | "ipcMain"
  | "Menu"
  | "Notification"
  | "screen"
  | "session"
  | "shell"
  | "Tray"
  | "utilityProcess"
>;

export type BrowserWindow = electron.BrowserWindow;
export type WebContents = electron.WebContents;
