import type { MenuItemConstructorOptions } from "electron";

/** What the menu can ask of the app. */
type MenuActions = {
  navigate(path: string): void;
  openInstruction(): void;
  showDataFolder(): void;
  /** Opens the same console in the person's browser, signed in. */
  openInBrowser(): void;
  showLog(): void;
};

export type MenuOptions = {
  platform: NodeJS.Platform;
  /** Adds the developer tools. */
  development: boolean;
  actions: MenuActions;
};

/** The application's menu. Roles bring their own labels and shortcuts in the system's manner. */
export function menuTemplate({
  platform,
  development,
  actions,
}: MenuOptions): MenuItemConstructorOptions[] {
  const mac = platform === "darwin";
  return [
    ...(mac ? [{ role: "appMenu" as const }] : []),
    {
      label: "&File",
      submenu: [
        {
          id: "submit",
          label: "New Submission",
          accelerator: "CmdOrCtrl+N",
          click: () => actions.navigate("/submit"),
        },
        {
          id: "open-instruction",
          label: "Open Instruction…",
          accelerator: "CmdOrCtrl+O",
          click: () => actions.openInstruction(),
        },
        { type: "separator" },
        {
          id: "show-data-folder",
          label: "Show Data Folder",
          click: () => actions.showDataFolder(),
        },
        { type: "separator" },
        mac ? { role: "close" } : { id: "quit", role: "quit" },
      ],
    },
    { role: "editMenu" },
    {
      label: "&View",
      submenu: [
        {
          id: "jobs",
          label: "Jobs",
          accelerator: "CmdOrCtrl+1",
          click: () => actions.navigate("/jobs"),
        },
        {
          id: "digesters",
          label: "Digesters",
          accelerator: "CmdOrCtrl+2",
          click: () => actions.navigate("/digesters"),
        },
        {
          id: "activity",
          label: "Activity",
          accelerator: "CmdOrCtrl+3",
          click: () => actions.navigate("/activity"),
        },
        { type: "separator" },
        { id: "reload", role: "reload" },
        ...(development ? [{ role: "toggleDevTools" as const }] : []),
        { type: "separator" },
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { role: "togglefullscreen" },
      ],
    },
    { role: "windowMenu" },
    {
      role: "help",
      submenu: [
        {
          id: "open-in-browser",
          label: "Open Console in Browser",
          click: () => actions.openInBrowser(),
        },
        { id: "show-log", label: "Show Log", click: () => actions.showLog() },
      ],
    },
  ];
}
