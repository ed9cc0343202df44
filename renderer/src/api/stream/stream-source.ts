import type { StreamMessage } from "../../../../services/contract/event.ts";

/** What a page hears of the event stream, from its own connection or from the one that the pages of a browser share. */
export type StreamNews =
  /** `gap`: what happened before may have been missed. */
  | { readonly kind: "open"; readonly gap: boolean }
  | { readonly kind: "break" }
  /** A message, as it came. */
  | { readonly kind: "message"; readonly text: string };

const kinds: readonly StreamMessage["kind"][] = ["event", "progress", "digesters", "reset"];
const firstRetryMs = 1000;
const longestRetryMs = 15_000;

/**
 * Follows the event stream until closed. The browser itself reconnects and asks for what it missed. A stream that was
 * opened anew, the first one or one after an answer that made the browser give up, cannot ask: `open` tells of a gap.
 *
 * @returns what closes it.
 */
export function followSource(url: string, onNews: (news: StreamNews) => void): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = firstRetryMs;

  function open(): void {
    const stream = new EventSource(url);
    source = stream;
    let gap = true;
    stream.addEventListener("open", () => {
      retryMs = firstRetryMs;
      onNews({ kind: "open", gap });
      gap = false;
    });
    stream.addEventListener("error", () => {
      onNews({ kind: "break" });
      if (stream.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(open, retryMs);
      retryMs = Math.min(longestRetryMs, retryMs * 2);
    });
    for (const kind of kinds) {
      stream.addEventListener(kind, ({ data }: MessageEvent<unknown>) => {
        if (typeof data === "string") onNews({ kind: "message", text: data });
      });
    }
  }

  function reopen(): void {
    clearTimeout(timer);
    source?.close();
    open();
  }

  open();
  globalThis.addEventListener("online", reopen);
  return () => {
    globalThis.removeEventListener("online", reopen);
    clearTimeout(timer);
    source?.close();
  };
}
