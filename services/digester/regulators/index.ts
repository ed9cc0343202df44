import { z } from "zod";
import { AppError, coerceError, parseOrThrow } from "../../contract/errors.ts";
import type { RegulatorChoice, RegulatorInfo } from "../../contract/regulator.ts";
import { combination } from "./combination.ts";
import { decideBy } from "./decide.ts";
import { fairShare } from "./fair-share.ts";
import { firstCome } from "./first-come.ts";
import { priority } from "./priority.ts";
import type { Decision, Regulator, Situation } from "./regulator.ts";
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
  let decision: Decision;
  try {
    decision = ask();
  } catch (thrown) {
    const reason = `The regulator ${name} failed: ${coerceError(thrown).message}. Choose another one.`;
    const waiting = situation.waiting.map(({ id }) => ({ id, reason, after: null, until: null }));
    return { start: [], waiting };
  }
  const known = new Set(situation.waiting.map(({ id }) => id));
  const start = [...new Set(decision.start)]
    .filter((id) => known.has(id))
    .slice(0, Math.max(0, situation.node.freeWorkers));
  const starting = new Set(start);
  const told = decision.waiting.filter(({ id }) => known.has(id) && !starting.has(id));
  const reasons = new Map(told.map((wait) => [wait.id, wait]));
  const forgotten = situation.waiting.filter(({ id }) => !starting.has(id) && !reasons.has(id));
  return {
    start,
    waiting: [
      ...reasons.values(),
      ...forgotten.map(({ id }) => ({
        id,
        reason: `Waits for a free worker; the regulator ${name} gave no reason.`,
        after: null,
        until: null,
      })),
    ],
  };
}
