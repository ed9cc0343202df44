import { z } from "zod";
import { ClusterName, PilotCount } from "./cluster.ts";
import { HttpUrl } from "./http-url.ts";
import { Labels } from "./job.ts";

const word = z.string().min(1).max(4000);
/** What ends up as one option of sbatch, or one line of its script. */
const line = z.string().regex(/^[^\r\n\0]{1,4000}$/, { error: "expected one line of text" });
const path = z.string().min(1);

/** The `cluster` section of the configuration: pilots of one cluster. */
export const ClusterConfiguration = z
  .strictObject({
    name: ClusterName.default("pilots"),
    /** `local`: processes of this machine. */
    provider: z.enum(["local", "slurm"]),
    min: PilotCount.default(0),
    max: PilotCount,
    /** Jobs that a pilot runs at once. */
    workers: z.number().int().min(1).max(1024).default(4),
    /** Jobs for each worker, beyond which another pilot is worth its while. */
    jobsPerWorker: z.number().positive().max(1000).default(1),
    idleMinutes: z.number().min(0.01).max(100_000).default(5),
    /** How long a pilot may run. Left out: as long as the provider lets it, or for ever. */
    walltimeMinutes: z.number().min(0.05).max(1_000_000).optional(),
    /** So long before that it is told to end, and hands back what it has. */
    noticeSeconds: z.number().int().min(1).max(3600).default(120),
    labels: Labels.default([]),
    /** Pilots ask for work, where nothing can reach them. */
    pull: z.boolean().default(false),
    /** Where pilots reach the web service, or a list of all that keep its record. Left out: its public URL. */
    web: z.union([HttpUrl, z.array(HttpUrl).min(1)]).optional(),
    /** Below which pilots read and write. Left out: what the web service names. */
    dataRoots: z.array(path).default([]),
    /** Where pilots keep their state on their node. */
    stateDir: path.optional(),
    /** How the `services` command is called on a node. Left out: as it was called here. */
    command: z.array(word).min(1).optional(),
    /** Further options of `services digester`. */
    options: z.array(word).default([]),
    slurm: z
      .strictObject({
        partition: line.optional(),
        account: line.optional(),
        /** Of a pilot, as `sbatch --mem` has it. */
        memory: line.optional(),
        /** Where Slurm writes what pilots say; `%x` is a pilot's name. */
        output: line.optional(),
        /** Lines of shell before the digester starts. */
        setup: z.array(line).default([]),
        /** Further options of sbatch. */
        options: z.array(line).default([]),
      })
      .default({ setup: [], options: [] }),
  })
  .refine(({ min, max }) => min <= max, { error: "expected min to be at most max", path: ["min"] })
  .refine(
    ({ walltimeMinutes, noticeSeconds }) =>
      walltimeMinutes === undefined || noticeSeconds <= walltimeMinutes * 30,
    {
      error: "expected at most half of walltimeMinutes: the rest is what pilots work",
      path: ["noticeSeconds"],
    },
  );
export type ClusterConfiguration = z.infer<typeof ClusterConfiguration>;
