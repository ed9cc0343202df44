import { shareSource } from "./shared-source.ts";
import { followSource } from "./stream-source.ts";

const take = shareSource((onNews) => followSource("/api/v1/events", onNews));

addEventListener("connect", (event) => {
  const line = event instanceof MessageEvent ? event.ports[0] : undefined;
  if (line !== undefined) take(line);
});
