import { contextBridge, ipcRenderer } from "electron";
import { installDesktopApi } from "./desktop-api.ts";

installDesktopApi(contextBridge, ipcRenderer);
