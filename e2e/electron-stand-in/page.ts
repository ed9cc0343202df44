/** From page to main. */
export type PageCall = { document: string; id: number; channel: string; args: unknown[] };

/** From main to page. A message without a document is for whichever is there. */
export type PageMessage =
  | { kind: "answer"; document: string; id: number; value: unknown }
  | { kind: "failure"; document: string; id: number; message: string }
  | { kind: "send"; channel: string; args: unknown[] };

export type Codec = { encode(value: unknown): string; decode(text: string): unknown };

type Preload = (require: (name: string) => unknown, module: object, exports: object) => void;

/**
 * Runs the preload script in a page. Pasted into it as text, so it uses nothing from outside. It also runs in frames and on
 * `about:blank`, where a preload script does not.
 */
export function runPreload(preload: Preload, codec: Codec, bindingName: string): void {
  if (window !== window.top || !location.protocol.startsWith("http")) return;
  const binding = Reflect.get(window, bindingName) as (payload: string) => void;
  Reflect.deleteProperty(window, bindingName);

  const document = String(Math.random());
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners = new Map<string, Set<(event: object, ...args: unknown[]) => void>>();
  let lastId = 0;

  window.addEventListener(bindingName, (event) => {
    if (!(event instanceof CustomEvent)) return;
    const message = codec.decode(String(event.detail)) as PageMessage;
    if (message.kind === "send") {
      for (const listener of listeners.get(message.channel) ?? []) listener({}, ...message.args);
      return;
    }
    if (message.document !== document) return;
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === "answer") call?.resolve(message.value);
    else call?.reject(new Error(message.message));
  });

  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        binding(codec.encode({ document, id: lastId, channel, args }));
      }),
    on: (channel: string, listener: (event: object, ...args: unknown[]) => void) => {
      const known = listeners.get(channel) ?? new Set();
      listeners.set(channel, known.add(listener));
      return ipcRenderer;
    },
  };
  const contextBridge = {
    exposeInMainWorld: (name: string, api: object) => {
      Object.defineProperty(window, name, { value: Object.freeze(api), enumerable: true });
    },
  };
  const module = { exports: {} };
  preload(
    (name) => {
      if (name !== "electron") throw new Error(`a sandboxed preload cannot require ${name}`);
      return { contextBridge, ipcRenderer };
    },
    module,
    module.exports,
  );
}
