import { z } from "zod";

/** The parameters of a route below `/jobs/:id`. */
export const JobName = z.object({ id: z.string().describe("The job's key, or else its number.") });
