import { StreamMessage } from "../../../../services/contract/event.ts";

export interface StreamHandlers {
  /** What came since the last frame, in order; never empty. */
  readonly onMessages: (messages: StreamMessage[]) => void;
  /** `gap`: what happened before may have been missed. */
  readonly onOpen: (gap: boolean) => void;
  readonly onBreak: () => void;
}

const kinds: readonly StreamMessage["kind"][] = ["event", "progress", "digesters", "reset"];
const firstRetryMs = 1000;
const longestRetryMs = 15_000;

/**
 * Follows the event stream until closed. The browser itself reconnects and asks for what it missed. A stream that was
 * opened anew, the first one or one after an answer that made the browser give up, cannot ask: `onOpen` tells of a gap.
 */
export function followEvents(url: string, handlers: StreamHandlers): () => void {
  const frames = batchPerFrame(handlers.onMessages);
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = firstRetryMs;

  function open(): void {
    const stream = new EventSource(url);
    source = stream;
    let missed = true;
    stream.addEventListener("open", () => {
      retryMs = firstRetryMs;
      handlers.onOpen(missed);
      missed = false;
    });
    stream.addEventListener("error", () => {
      handlers.onBreak();
      if (stream.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(open, retryMs);
      retryMs = Math.min(longestRetryMs, retryMs * 2);
    });
    for (const kind of kinds) {
      stream.addEventListener(kind, (message) => {
        const read = readMessage(message);
        if (read !== null) frames.add(read);
      });
    }
  }

  function reopen(): void {
    clearTimeout(timer);
    source?.close();
    open();
  }

  open();
  window.addEventListener("online", reopen);
  return () => {
    window.removeEventListener("online", reopen);
    clearTimeout(timer);
    source?.close();
    frames.cancel();
  };
}

/** A message of a kind that this console does not know yet is passed over. */
function readMessage(message: MessageEvent<unknown>): StreamMessage | null {
  if (typeof message.data !== "string") return null;
  try {
    const parsed = StreamMessage.safeParse(JSON.parse(message.data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const hiddenFrameMs = 250;

/** Hands on what came once per animation frame; a hidden page has no frames, there a timer stands in. */
function batchPerFrame(handOn: (messages: StreamMessage[]) => void) {
  let waiting: StreamMessage[] = [];
  let cancel: (() => void) | undefined;

  function flush(): void {
    cancel = undefined;
    const messages = waiting;
    waiting = [];
    if (messages.length > 0) handOn(messages);
  }

  function schedule(): () => void {
    if (document.hidden) {
      const timer = setTimeout(flush, hiddenFrameMs);
      return () => clearTimeout(timer);
    }
    const frame = requestAnimationFrame(flush);
    return () => cancelAnimationFrame(frame);
  }

  /** A frame that was asked for never comes once the page is hidden. */
  function onVisibility(): void {
    if (cancel === undefined) return;
    cancel();
    cancel = schedule();
  }
  document.addEventListener("visibilitychange", onVisibility);

  return {
    add(message: StreamMessage): void {
      waiting.push(message);
      cancel ??= schedule();
    },
    cancel(): void {
      document.removeEventListener("visibilitychange", onVisibility);
      cancel?.();
    },
  };
}
