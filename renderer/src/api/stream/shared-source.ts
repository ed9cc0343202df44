import { followSource, type StreamNews } from "./stream-source.ts";

/** What a page says to the shared worker when it goes. */
const goodbye = "goodbye";

/** A page's line to the worker; a part of `MessagePort`. */
interface Line {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (message: MessageEvent<unknown>) => void): void;
  start(): void;
}

function tell(line: Pick<Line, "postMessage">, words: StreamNews | typeof goodbye): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has two ends and no origin
  line.postMessage(words);
}

/**
 * Lets the pages of a browser hear one event stream: a browser keeps six connections to one address, and a stream of its own
 * for each page would leave the seventh without an answer to anything. Runs in the shared worker.
 *
 * @param follow opens the stream and returns what closes it.
 * @returns what takes the line of another page.
 */
export function shareSource(follow: (onNews: (news: StreamNews) => void) => () => void) {
  const lines = new Set<Line>();
  let close: (() => void) | undefined;
  let isOpen: boolean | null = null;

  function onNews(news: StreamNews): void {
    if (news.kind !== "message") isOpen = news.kind === "open";
    for (const line of lines) tell(line, news);
  }

  function leave(line: Line): void {
    lines.delete(line);
    if (lines.size > 0) return;
    close?.();
    close = undefined;
    isOpen = null;
  }

  return (line: Line): void => {
    lines.add(line);
    line.addEventListener("message", ({ data }) => {
      if (data === goodbye) leave(line);
    });
    line.start();
    // The page has asked for things before it could hear what changed since.
    if (isOpen !== null) tell(line, isOpen ? { kind: "open", gap: true } : { kind: "break" });
    close ??= follow(onNews);
  };
}

/**
 * Hears the event stream that this browser's pages share; one of its own where a browser has no shared workers.
 *
 * @returns what ends it.
 */
export function hearSource(url: string, onNews: (news: StreamNews) => void): () => void {
  if (typeof SharedWorker === "undefined") return followSource(url, onNews);
  let end: () => void;
  const worker = new SharedWorker(new URL("stream-worker.ts", import.meta.url), {
    type: "module",
    name: url,
  });
  const { port } = worker;
  port.addEventListener("message", ({ data }: MessageEvent<StreamNews>) => onNews(data));
  port.start();
  end = () => {
    tell(port, goodbye);
    port.close();
  };
  // Its script cannot be had, for one after an update of the service.
  worker.addEventListener("error", () => {
    port.close();
    end = followSource(url, onNews);
  });
  return () => end();
}
