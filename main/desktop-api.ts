import type { ContextBridge, IpcRenderer } from "electron";
import {
  desktopChannel,
  desktopEventChannel,
  desktopMethods,
} from "../services/contract/desktop-methods.ts";
import type { DesktopAnswer } from "../services/contract/desktop-methods.ts";

/** A page that never listens must not make the queue grow. */
const keptEvents = 20;

/**
 * Gives the page `window.desktop`: the contract's methods and `onEvent`, and no way to any other channel. Checks nothing:
 * the main process does, where the page cannot reach.
 */
export function installDesktopApi(
  contextBridge: Pick<ContextBridge, "exposeInMainWorld">,
  ipcRenderer: Pick<IpcRenderer, "invoke" | "on">,
): void {
  const methods = desktopMethods.map((method) => {
    const call = async (input?: unknown): Promise<unknown> => {
      const answer = (await ipcRenderer.invoke(desktopChannel(method), input)) as DesktopAnswer;
      if (answer.ok) return answer.value;
      throw new Error(answer.error.message);
    };
    return [method, call] as const;
  });

  type Listener = (event: unknown) => void;
  const listeners = new Set<Listener>();
  let kept: unknown[] = [];
  ipcRenderer.on(desktopEventChannel, (_event, payload: unknown) => {
    if (listeners.size === 0) kept = [...kept, payload].slice(-keptEvents);
    for (const listener of listeners) listener(payload);
  });
  const onEvent = (listener: Listener): (() => void) => {
    listeners.add(listener);
    for (const payload of kept) listener(payload);
    kept = [];
    return () => {
      listeners.delete(listener);
    };
  };

  contextBridge.exposeInMainWorld("desktop", { ...Object.fromEntries(methods), onEvent });
}
