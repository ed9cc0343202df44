import type { StreamMessage } from "../../../services/contract/event.ts";
import type { WishedNotices } from "../components/wished-notices.ts";
import { formatPlural } from "../format/numbers.ts";

/** What a person is told who looks elsewhere. */
export interface Outcome {
  readonly title: string;
  readonly body: string;
  /** Where a click leads. */
  readonly path: string;
}

const longestBody = 300;
const mostNamed = 3;

/** Whether it says that a load ended, well or not. */
export function isEnd(message: StreamMessage): boolean {
  return (
    message.kind === "event" &&
    (message.event.status === "completed" || message.event.status === "failed")
  );
}

/** The loads that ended in a batch of messages, as one notice each for those that failed and those that completed. */
export function outcomesOf(messages: readonly StreamMessage[], wished: WishedNotices): Outcome[] {
  const ended = (status: "completed" | "failed") =>
    messages.flatMap((message) =>
      message.kind === "event" && message.event.status === status && message.job !== null
        ? [message.job]
        : [],
    );
  const notices: Outcome[] = [];
  for (const status of ["failed", "completed"] as const) {
    const jobs = wished[status] ? ended(status) : [];
    const [only] = jobs;
    if (only === undefined) continue;
    if (jobs.length === 1) {
      const body = status === "failed" ? (only.reason ?? "") : (only.source ?? "");
      notices.push({
        title: `${only.key} ${status}`,
        body: body.slice(0, longestBody),
        path: `/jobs/${only.id}`,
      });
      continue;
    }
    const names = jobs.slice(0, mostNamed).map(({ key }) => key);
    const others = jobs.length - names.length;
    notices.push({
      title: `${formatPlural(jobs.length, "load")} ${status}`,
      body: [...names, ...(others > 0 ? [`and ${others} more`] : [])]
        .join(", ")
        .slice(0, longestBody),
      path: `/jobs?status=${status}&sort=-updatedAt`,
    });
  }
  return notices;
}
