import { z } from "zod";
import type { Regulator } from "./regulator.ts";
import { sizeWords } from "./words.ts";

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as 20:00");

export const TimeWindowOptions = z.strictObject({
  from: TimeOfDay.default("20:00").meta({
    title: "From (hh:mm)",
    description: "When heavy jobs may begin to start.",
  }),
  to: TimeOfDay.default("06:00").meta({
    title: "To (hh:mm)",
    description: "Until when they may start. Those that run then go on.",
  }),
  heavyMb: z.number().min(0).max(1e9).default(1000).meta({
    title: "Heavy (MB)",
    description: "A job is heavy when its source is larger than this. Others start at any time.",
  }),
  timeZone: z
    .string()
    .refine(isTimeZone, "expected the name of a time zone, such as Europe/Berlin")
    .default("")
    .meta({
      title: "Time zone",
      description: "E.g. Europe/Berlin. Empty: that of the machine.",
    }),
});
type Options = z.infer<typeof TimeWindowOptions>;

/** Heavy jobs start at certain hours only. */
export const timeWindow: Regulator<Options> = {
  name: "time-window",
  title: "Time window for heavy jobs",
  description:
    "Large sources are digested at night, when nobody waits for the machine or the network; small ones at any time.",
  options: TimeWindowOptions,
  rules(options, { node, now }) {
    const zone = options.timeZone === "" ? node.timeZone : options.timeZone;
    const opensAt = nextOpening(options, minuteOfDay(now, zone), now);
    const heavy = options.heavyMb * 1e6;
    return [
      {
        hold({ sourceBytes }) {
          if (opensAt === null || sourceBytes === null || sourceBytes <= heavy) return null;
          const limit = sizeWords(heavy);
          return {
            reason:
              `Waits until ${options.from} (${zone}): it has ${sizeWords(sourceBytes)} to read, and jobs above ${limit} ` +
              `start between ${options.from} and ${options.to} only.`,
            after: null,
            until: opensAt,
          };
        },
      },
    ];
  },
};

/** Null while it is open; else when it opens, in milliseconds since 1970. A window from a time to the same is always open. */
function nextOpening({ from, to }: Options, minute: number, now: number): number | null {
  const opens = minutesOf(from);
  const length = (minutesOf(to) - opens + dayMinutes) % dayMinutes;
  const since = (minute - opens + dayMinutes) % dayMinutes;
  if (length === 0 || since < length) return null;
  const thisMinute = Math.floor(now / minuteMs) * minuteMs;
  return thisMinute + (dayMinutes - since) * minuteMs;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function minuteOfDay(now: number, timeZone: string): number {
  return minutesOf(
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }).format(now),
  );
}

function isTimeZone(name: string): boolean {
  if (name === "") return true;
  try {
    return Intl.DateTimeFormat("en-GB", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
