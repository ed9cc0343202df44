import { z } from "zod";
import { fairShare, FairShareOptions } from "./fair-share.ts";
import { firstCome } from "./first-come.ts";
import { priority, PriorityOptions } from "./priority.ts";
import type { Regulator, Rule, Situation } from "./regulator.ts";
import { resourceBudget, ResourceBudgetOptions } from "./resource-budget.ts";
import { shortestFirst, ShortestFirstOptions } from "./shortest-first.ts";
import { timeWindow, TimeWindowOptions } from "./time-window.ts";

const Part = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("first-come") }).meta({ title: firstCome.title }),
  z
    .strictObject({ name: z.literal("priority"), options: PriorityOptions.prefault({}) })
    .meta({ title: priority.title }),
  z
    .strictObject({ name: z.literal("fair-share"), options: FairShareOptions.prefault({}) })
    .meta({ title: fairShare.title }),
  z
    .strictObject({ name: z.literal("shortest-first"), options: ShortestFirstOptions.prefault({}) })
    .meta({ title: shortestFirst.title }),
  z
    .strictObject({
      name: z.literal("resource-budget"),
      options: ResourceBudgetOptions.prefault({}),
    })
    .meta({ title: resourceBudget.title }),
  z
    .strictObject({ name: z.literal("time-window"), options: TimeWindowOptions.prefault({}) })
    .meta({ title: timeWindow.title }),
]);
type Part = z.infer<typeof Part>;

const Options = z.strictObject({
  parts: z
    .array(Part)
    .min(1)
    .max(10)
    .prefault([{ name: "resource-budget" }, { name: "priority" }, { name: "fair-share" }])
    .meta({
      title: "Strategies, in order",
      description:
        "A job starts when all of them let it; who is next is for the first to say, and between equals for the next one.",
    }),
});

/** Several strategies at once, the first one counting most. */
export const combination: Regulator<z.infer<typeof Options>> = {
  name: "combination",
  title: "Combination",
  description:
    "Several strategies in order: by default what the machine has room for, the most urgent first, and fair shares between equals.",
  options: Options,
  rules: ({ parts }, situation) => parts.flatMap((part) => rulesOf(part, situation)),
};

function rulesOf(part: Part, situation: Situation): readonly Rule[] {
  switch (part.name) {
    case "first-come":
      return firstCome.rules({}, situation);
    case "priority":
      return priority.rules(part.options, situation);
    case "fair-share":
      return fairShare.rules(part.options, situation);
    case "shortest-first":
      return shortestFirst.rules(part.options, situation);
    case "resource-budget":
      return resourceBudget.rules(part.options, situation);
    case "time-window":
      return timeWindow.rules(part.options, situation);
  }
}
