import { StreamMessage } from "../../../../services/contract/event.ts";
import { hearSource } from "./shared-source.ts";
import type { StreamNews } from "./stream-source.ts";

export interface StreamHandlers {
  /** What came since the last frame, in order; never empty. */
  readonly onMessages: (messages: StreamMessage[]) => void;
  /** `gap`: what happened before may have been missed. */
  readonly onOpen: (gap: boolean) => void;
  readonly onBreak: () => void;
}

/** Follows the event stream until closed, also while the page is away and comes back out of the browser's cache. */
export function followEvents(url: string, handlers: StreamHandlers): () => void {
  const frames = batchPerFrame(handlers.onMessages);

  function hear(news: StreamNews): void {
    switch (news.kind) {
      case "open":
        handlers.onOpen(news.gap);
        return;
      case "break":
        handlers.onBreak();
        return;
      case "message": {
        const read = readMessage(news.text);
        if (read !== null) frames.add(read);
      }
    }
  }

  let end = hearSource(url, hear);

  function leave(): void {
    end();
  }
  function comeBack({ persisted }: PageTransitionEvent): void {
    if (persisted) end = hearSource(url, hear);
  }
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", comeBack);
  return () => {
    window.removeEventListener("pagehide", leave);
    window.removeEventListener("pageshow", comeBack);
    end();
    frames.cancel();
  };
}

/** A message of a kind that this console does not know yet is passed over. */
function readMessage(text: string): StreamMessage | null {
  try {
    const parsed = StreamMessage.safeParse(JSON.parse(text));
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
