import type { NoticeSource } from "./notice.ts";

/** The node's time, as a batch system gives it. @param endsAt in milliseconds since 1970. */
export function timeNotice(endsAt: number, now: () => number): NoticeSource {
  return {
    name: "time",
    check: async () =>
      now() < endsAt ? null : { message: "The time that it was given on its node is over." },
  };
}
