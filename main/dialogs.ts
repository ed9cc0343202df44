import type { OpenDialogOptions } from "electron";
import type { BrowserWindow, Electron } from "./electron.ts";

/** Lets the person choose; empty when the person cancels. Over `owner`, where there is a window. */
export async function choosePaths(
  dialog: Electron["dialog"],
  owner: BrowserWindow | null,
  options: OpenDialogOptions,
): Promise<string[]> {
  const answer = await (owner === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(owner, options));
  return answer.canceled ? [] : answer.filePaths;
}

/** Lets the person choose an instruction file; null when the person cancels. */
export async function chooseInstructionPath(
  dialog: Electron["dialog"],
  owner: BrowserWindow | null,
): Promise<string | null> {
  const [path] = await choosePaths(dialog, owner, {
    title: "Open an instruction",
    properties: ["openFile"],
    filters: [
      { name: "Instructions", extensions: ["json"] },
      { name: "All files", extensions: ["*"] },
    ],
  });
  return path ?? null;
}

/** Asks whether to quit although `running` jobs run on this computer. */
export async function confirmQuit(
  dialog: Electron["dialog"],
  owner: BrowserWindow | null,
  running: number,
): Promise<boolean> {
  const options = {
    type: "question" as const,
    message:
      running === 1
        ? "A job is running on this computer."
        : `${running} jobs are running on this computer.`,
    detail: "Quitting stops what runs here. It is kept, and starts anew when the app is opened.",
    buttons: ["Quit", "Keep Running"],
    defaultId: 1,
    cancelId: 1,
  };
  const { response } = await (owner === null
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(owner, options));
  return response === 0;
}
