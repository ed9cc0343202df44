import { z } from "zod";
import { AppError, coerceError, parseOrThrow } from "../../contract/errors.ts";
import type { RegulatorChoice, RegulatorInfo } from "../../contract/regulator.ts";
import { combination } from "./combination.ts";
import { decideBy } from "./decide.ts";
import { fairShare } from "./fair-share.ts";
import { firstCome } from "./first-come.ts";
import { priority } from "./priority.ts";
import type { Decision, JobInLine, Regulator, Situation, Wait } from "./regulator.ts";
import { resourceBudget } from "./resource-budget.ts";
import { shortestFirst } from "./shortest-first.ts";
import { timeWindow } from "./time-window.ts";

/** A strategy with its options filled in: what remains is to ask it. */
export interface ChosenRegulator {
  readonly choice: RegulatorChoice;
  readonly decide: (situation: Situation) => Decision;
}

interface Offer {
  readonly info: RegulatorInfo;
  readonly choose: (options: Record<string, unknown>) => ChosenRegulator;
}

/** The strategies that a digester can run. The first one is in force until somebody chooses another. */
const offers: readonly Offer[] = [
  offer(firstCome),
  offer(priority),
  offer(fairShare),
  offer(shortestFirst),
  offer(resourceBudget),
  offer(timeWindow),
  offer(combination),
];

export const defaultRegulator: RegulatorChoice = { name: firstCome.name, options: {} };

/** All that can be chosen, with the schemas of their options. */
export function listRegulators(): RegulatorInfo[] {
  return offers.map(({ info }) => info);
}

/**
 * @throws AppError `not_found` for a name that is not in the list, `bad_request` for options that its schema refuses.
 */
export function chooseRegulator(choice: RegulatorChoice): ChosenRegulator {
  const found = offers.find(({ info }) => info.name === choice.name);
  if (found === undefined) {
    throw new AppError("not_found", `There is no regulator called "${choice.name}".`, {
      hint: `Known are: ${offers.map(({ info }) => info.name).join(", ")}.`,
    });
  }
  return found.choose(choice.options);
}

/** Hides the type of the options, so that strategies with different options stand in one list. */
function offer<Options extends Record<string, unknown>>(regulator: Regulator<Options>): Offer {
  const { name, title, description } = regulator;
  return {
    info: {
      name,
      title,
      description,
      optionsSchema: z.toJSONSchema(regulator.options, { io: "input" }),
    },
    choose(given) {
      const options = parseOrThrow(
        regulator.options,
        given,
        "bad_request",
        `The options of ${name}`,
      );
      return {
        choice: { name, options },
        decide: (situation) =>
          checked(name, situation, () => decideBy(regulator.rules(options, situation), situation)),
      };
    },
  };
}

/**
 * Holds a strategy to its promises: never more starts than free workers, a reason for every job that stays. A strategy
 * that throws starts nothing, and the jobs say so: a fault in it must not stop the service or hide a job.
 */
export function checked(name: string, situation: Situation, ask: () => Decision): Decision {
  const { waiting, node } = situation;
  const failed = (thrown: unknown, starting: readonly string[]): Wait[] =>
    reasonForAll(
      waiting.filter(({ id }) => !starting.includes(id)),
      `The regulator ${name} failed: ${coerceError(thrown).message}. Choose another one.`,
    );
  let decision: Decision;
  try {
    decision = ask();
  } catch (thrown) {
    return { start: [], until: null, waiting: failed(thrown, []) };
  }
  const start = [...new Set(decision.start)]
    .filter((id) => waiting.some((job) => job.id === id))
    .slice(0, Math.max(0, node.freeWorkers));
  let told: readonly Wait[] | null = null;
  return {
    start,
    until: decision.until,
    get waiting() {
      try {
        return (told ??= complete(name, situation, start, decision.waiting));
      } catch (thrown) {
        return (told = failed(thrown, start));
      }
    },
  };
}

/** What was told of jobs that stay, and a reason for those that were forgotten. */
function complete(
  name: string,
  { waiting }: Situation,
  start: readonly string[],
  told: readonly Wait[],
): Wait[] {
  const known = new Set(waiting.map(({ id }) => id));
  for (const id of start) known.delete(id);
  const reasons = new Map(told.filter(({ id }) => known.has(id)).map((wait) => [wait.id, wait]));
  const forgotten = waiting.filter(({ id }) => known.has(id) && !reasons.has(id));
  const reason = `Waits for a free worker; the regulator ${name} gave no reason.`;
  return [...reasons.values(), ...reasonForAll(forgotten, reason)];
}

function reasonForAll(jobs: readonly JobInLine[], reason: string): Wait[] {
  return jobs.map(({ id }) => ({ id, reason, after: null, until: null }));
}
