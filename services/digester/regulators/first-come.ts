import { z } from "zod";
import { firstComeWords } from "./decide.ts";
import type { Regulator } from "./regulator.ts";

const Options = z.strictObject({});

/** Jobs start in the order in which they were submitted; numbers decide between those of the same moment. */
export const firstCome: Regulator<z.infer<typeof Options>> = {
  name: "first-come",
  title: "First come, first served",
  description: "Jobs start in the order in which they were submitted, whoever they belong to.",
  options: Options,
  rules: () => [{ words: () => firstComeWords }],
};
