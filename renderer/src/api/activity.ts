import { queryOptions } from "@tanstack/react-query";
import { createParser } from "eventsource-parser";
import { JobEvents, JobList } from "../../../services/contract/api.ts";
import { StreamMessage, type Event } from "../../../services/contract/event.ts";
import { keys } from "./keys.ts";
import { request, requestStream } from "./request.ts";

/** How many events from before are shown. */
const lookBack = 300;

/** The newest events at the time of asking; what comes later is brought by the event stream. */
export const pastEventsQuery = queryOptions({
  queryKey: keys.pastActivity,
  queryFn: async ({ signal }) => {
    const newest = await newestSeq(signal);
    return newest === 0 ? [] : replay(Math.max(0, newest - lookBack), newest, signal);
  },
});

/** The number of the newest event of the job that changed last; 0 when there is no job. */
async function newestSeq(signal: AbortSignal): Promise<number> {
  const { jobs } = await request(JobList, "/api/v1/jobs?sort=-updatedAt&limit=1", { signal });
  const [job] = jobs;
  if (job === undefined) return 0;
  const { events } = await request(JobEvents, `/api/v1/jobs/${job.id}/events`, { signal });
  return events.at(-1)?.seq ?? 0;
}

/** Events after `after` up to `last`, in order; none where they are not at hand any more. */
async function replay(after: number, last: number, signal: AbortSignal): Promise<Event[]> {
  const events: Event[] = [];
  let isOver = false;
  const parser = createParser({
    onEvent({ data }) {
      const message = StreamMessage.safeParse(JSON.parse(data)).data;
      if (message?.kind === "event") events.push(message.event);
      isOver ||= message?.kind === "reset" || (events.at(-1)?.seq ?? 0) >= last;
    },
  });
  await requestStream(`/api/v1/events?lastEventId=${after}`, signal, (text) => {
    parser.feed(text);
    return !isOver;
  });
  return events;
}
