import { z } from "zod";
import { ClusterConfiguration } from "../contract/cluster-configuration.ts";
import { DigestSettings } from "../contract/digest-settings.ts";
import { HandOver } from "../contract/hand-over.ts";
import { HttpUrl } from "../contract/http-url.ts";
import { Labels, priorityRange } from "../contract/job.ts";
import { contains } from "../gate/paths.ts";
import { roles } from "./crop.ts";
import { UnsettledRule } from "./jobs/unsettled.ts";
import { isDatabaseUrl } from "./store/database-url.ts";
import { isPasswordHash } from "./users.ts";

/*
 * The one configuration file of the web service, JSON. Every key may be left out; `resources/configuration.example.json`
 * shows them all. What is given on the command line counts more. Paths are relative to the file's own folder.
 */

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
  error: "expected letters, digits, dots, dashes and underscores, beginning with a letter or digit",
});
const host = z.string().min(1).max(255);
const port = z.number().int().min(0).max(65_535);
const path = z.string().min(1);

const User = z.strictObject({
  name: z.string().min(1).max(200),
  passwordHash: z.string().refine(isPasswordHash, {
    error: 'expected a hash as "services users hash" makes it: scrypt:<salt>:<hash>',
  }),
  role: z.enum(roles).default("submit"),
});

const CropConfiguration = z.strictObject({
  name,
  contextPath: z
    .string()
    .regex(/^(\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/, {
      error: "expected a path such as /gobii-maize, without a slash at its end",
    })
    .optional(),
  dataRoots: z.array(path).min(1),
  users: z.array(User).default([]),
  defaults: z
    .strictObject({
      contactEmail: z.email().optional(),
      priority: z.number().int().min(priorityRange.min).max(priorityRange.max).optional(),
      hold: z.boolean().optional(),
      labels: Labels.optional(),
    })
    .default({}),
  upstream: z
    .strictObject({
      url: HttpUrl,
      role: z.enum(roles).default("submit"),
      roles: z.record(z.string(), z.enum(roles)).default({}),
    })
    .optional(),
  digest: DigestSettings.strict().optional(),
  /** For the digesters, which are given the same file. */
  handOver: HandOver.optional(),
});

const Mail = z.strictObject({
  host,
  port: port.default(25),
  /** TLS from the first byte, as on port 465; else STARTTLS where the server offers it. */
  secure: z.boolean().default(false),
  user: z.string().optional(),
  password: z.string().optional(),
  from: z.string().min(3).default("Digester <noreply@localhost>"),
});
export type MailConfiguration = z.infer<typeof Mail>;

const Retries = z.strictObject({
  tries: z.number().int().min(1).max(100).optional(),
  firstSeconds: z.number().positive().max(86_400).optional(),
  longestSeconds: z.number().positive().max(86_400).optional(),
  losses: z.number().int().min(1).max(10_000).optional(),
});

const Retention = z
  .strictObject({
    days: z.number().positive().max(36_500).optional(),
    jobs: z.number().int().min(0).optional(),
  })
  .refine(({ days, jobs }) => days !== undefined || jobs !== undefined, {
    error: "expected days, jobs or both; without retention all jobs are kept",
  });

const Lease = z
  .strictObject({
    seconds: z.number().min(1).max(86_400).optional(),
    renewSeconds: z.number().min(0.2).max(86_400).optional(),
  })
  .refine(
    ({ seconds, renewSeconds }) =>
      seconds === undefined || renewSeconds === undefined || renewSeconds <= seconds / 2,
    {
      error:
        "expected renewSeconds to be at most half of seconds, so that one lost callback loses no job",
    },
  );

export const ConfigurationFile = z
  .strictObject({
    $schema: z.string().optional(),
    host: host.optional(),
    port: port.optional(),
    /** Holds the store's folder. */
    data: path.optional(),
    /** The database that several web services keep their record in; else it lies in the store's folder. */
    store: z
      .string()
      .refine(isDatabaseUrl, { error: "expected postgres://user:password@host:port/database" })
      .optional(),
    publicUrl: HttpUrl.optional(),
    allowedHosts: z.array(host).default([]),
    maxUploadMbytes: z.number().positive().max(1_000_000).optional(),
    tokenHours: z.number().positive().max(100_000).optional(),
    crops: z.array(CropConfiguration).default([]),
    /** Of every crop, and of the service's own API. */
    users: z.array(User).default([]),
    mail: Mail.optional(),
    /** How often a job is tried again by itself. */
    retries: Retries.optional(),
    /** Which waiting jobs are taken up without anybody asking again. */
    unsettled: UnsettledRule.optional(),
    /** How long a running job may stay silent before it is given to another digester. */
    lease: Lease.optional(),
    /** Which settled jobs are removed. */
    retention: Retention.optional(),
    /** Digesters that a batch system runs, as many as the work needs. */
    cluster: ClusterConfiguration.optional(),
  })
  .superRefine((value, context) => {
    const refuse = (at: PropertyPath, message: string): void =>
      context.addIssue({ code: "custom", path: at, message });
    refuseCollidingCrops(value.crops, refuse);
    for (const [at, users] of usersByPlace(value.crops, value.users)) {
      const repeated = users.find((user, i) => users.findIndex((u) => u.name === user.name) !== i);
      if (repeated !== undefined) refuse(at, `"${repeated.name}" stands twice`);
    }
  });
export type ConfigurationFile = z.infer<typeof ConfigurationFile>;
export type CropConfiguration = z.infer<typeof CropConfiguration>;

type PropertyPath = Array<string | number>;

/** Crops are told apart by their names in any case, and by their context paths, none of which may lie below another. */
function refuseCollidingCrops(
  given: readonly CropConfiguration[],
  refuse: (path: PropertyPath, message: string) => void,
): void {
  const crops = given.map((crop) => ({ ...crop, contextPath: contextPathOf(crop) }));
  for (const [index, { name: cropName, contextPath }] of crops.entries()) {
    const others = crops.slice(0, index);
    if (others.some((other) => other.name.toLowerCase() === cropName.toLowerCase())) {
      refuse(["crops", index, "name"], `"${cropName}" is the name of another crop`);
    }
    const at = ["crops", index, "contextPath"];
    const nested = others.find(
      (other) =>
        contains(other.contextPath, contextPath) || contains(contextPath, other.contextPath),
    );
    if (nested !== undefined) refuse(at, `${contextPath} collides with that of "${nested.name}"`);
    const [first] = contextPath.split("/").filter((part) => part !== "");
    if (first !== undefined && ownPaths.includes(first)) {
      refuse(at, `/${first} is the service's own`);
    }
  }
}

/** Paths of the console and of the APIs. */
const ownPaths = [
  "api",
  "assets",
  "healthz",
  "readyz",
  "metrics",
  "jobs",
  "digesters",
  "submit",
  "activity",
];

/** Where the GOBii face of a crop lies; `/gobii-<name>` unless given. */
export function contextPathOf(crop: { name: string; contextPath?: string | undefined }): string {
  return crop.contextPath ?? `/gobii-${crop.name}`;
}

/** All lists of users, each with its place in the file. */
function usersByPlace(
  crops: readonly CropConfiguration[],
  users: ConfigurationFile["users"],
): Array<[PropertyPath, ConfigurationFile["users"]]> {
  return [
    [["users"], users],
    ...crops.map((crop, index): [PropertyPath, ConfigurationFile["users"]] => [
      ["crops", index, "users"],
      crop.users,
    ]),
  ];
}
