import { z } from "zod";

/** A strategy that a digester can run, with the JSON schema of its options, from which the console draws the form. */
export const RegulatorInfo = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  optionsSchema: z.record(z.string(), z.unknown()),
});
export type RegulatorInfo = z.infer<typeof RegulatorInfo>;

/** The strategy in force, or the wish to have another. */
export const RegulatorChoice = z.object({
  name: z.string().min(1).max(100),
  options: z.record(z.string(), z.unknown()).default({}),
});
export type RegulatorChoice = z.infer<typeof RegulatorChoice>;

/** `PUT …/regulator`: who swaps and why is kept with the event. */
export const RegulatorSwap = RegulatorChoice.extend({
  by: z.string().max(200).optional(),
  why: z.string().max(2000).optional(),
});
export type RegulatorSwap = z.infer<typeof RegulatorSwap>;

/** A place in the line: why this job does not run yet, and after which job its turn comes. */
export const WaitingJob = z.object({
  job: z.number().int(),
  key: z.string(),
  /** 1-based. */
  position: z.number().int(),
  reason: z.string(),
  after: z.number().int().nullable(),
  /** When it is expected to start, in a preview and as far as that can be told. */
  startsAt: z.iso.datetime().optional(),
});
export type WaitingJob = z.infer<typeof WaitingJob>;

/**
 * What would happen under a strategy if nothing new came: `start` at once, then `waiting` in the order in which they are
 * expected to start.
 */
export const RegulatorPreview = z.object({
  regulator: RegulatorChoice,
  start: z.array(z.number().int()),
  waiting: z.array(WaitingJob),
});
export type RegulatorPreview = z.infer<typeof RegulatorPreview>;
