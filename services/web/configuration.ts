import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { ClusterConfiguration } from "../contract/cluster-configuration.ts";
import { DigestSettings } from "../contract/digest-settings.ts";
import { AppError, coerceError, describeIssues } from "../contract/errors.ts";
import { HandOver } from "../contract/hand-over.ts";
import { HttpUrl } from "../contract/http-url.ts";
import { Labels, priorityRange } from "../contract/job.ts";
import { roles, upstreamUrl, type Crop } from "./crop.ts";
import { contains } from "../gate/paths.ts";
import { keepAll, type RetentionPolicy } from "./jobs/retention.ts";
import type { RetryPolicy } from "./jobs/retries.ts";
import { UnsettledRule, unsettledBy, type IsUnsettled } from "./jobs/unsettled.ts";
import { isDatabaseUrl } from "./store/database-url.ts";
import { configuredUsers, isPasswordHash, type UserList } from "./users.ts";

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

const Configuration = z
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
    const taken = value.crops.map((crop) => ({ ...crop, contextPath: contextPathOf(crop) }));
    for (const [index, crop] of taken.entries()) {
      const others = taken.slice(0, index);
      const at = (key: string) => ["crops", index, key];
      const problem = (key: string, message: string) =>
        context.addIssue({ code: "custom", path: at(key), message });
      if (others.some((other) => other.name.toLowerCase() === crop.name.toLowerCase())) {
        problem("name", `"${crop.name}" is the name of another crop`);
      }
      const nested = others.find(
        (other) =>
          contains(other.contextPath, crop.contextPath) ||
          contains(crop.contextPath, other.contextPath),
      );
      if (nested !== undefined) {
        problem("contextPath", `${crop.contextPath} collides with that of "${nested.name}"`);
      }
      const [first] = crop.contextPath.split("/").filter((part) => part !== "");
      if (first !== undefined && ownPaths.includes(first)) {
        problem("contextPath", `/${first} is the service's own`);
      }
    }
    for (const [key, users] of usersByPlace(value.crops, value.users)) {
      const repeated = users.find((user, i) => users.findIndex((u) => u.name === user.name) !== i);
      if (repeated !== undefined) {
        context.addIssue({ code: "custom", path: key, message: `"${repeated.name}" stands twice` });
      }
    }
  });
type Configuration = z.infer<typeof Configuration>;
type CropConfiguration = z.infer<typeof CropConfiguration>;

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

/** What a configuration file says, in the service's own terms. */
export interface WebConfiguration {
  readonly host?: string;
  readonly port?: number;
  readonly dataDir?: string;
  readonly storeUrl?: string;
  readonly publicUrl?: string;
  readonly allowedHosts: readonly string[];
  readonly maxUploadMbytes?: number;
  /** How long a token of the GOBii face counts, in milliseconds. */
  readonly tokenLifeMs?: number;
  /** Null: the one crop that there is without a configuration. */
  readonly crops: readonly Crop[] | null;
  /** Who may sign in at a crop, beside whoever the store knows. */
  readonly usersOf: (crop: string) => readonly UserList[];
  readonly mail: MailConfiguration | null;
  readonly retries: Partial<RetryPolicy>;
  readonly retention: RetentionPolicy;
  /** Left out: the default rule. */
  readonly isUnsettled?: IsUnsettled;
  readonly leaseMs?: number;
  readonly renewMs?: number;
  /** Null: no pilots. */
  readonly cluster: ClusterConfiguration | null;
}

/**
 * Reads a configuration file.
 *
 * @throws AppError `bad_request` when it is not there or not valid, with one detail per problem.
 */
export async function readConfiguration(file: string): Promise<WebConfiguration> {
  return parseConfiguration(await readText(file), file);
}

/** @param file where the text comes from: paths in it are relative to its folder. */
export function parseConfiguration(text: string, file: string): WebConfiguration {
  const parsed = Configuration.safeParse(parseJson(text, file));
  if (!parsed.success) throw invalid(file, describeIssues(parsed.error));
  const configuration = parsed.data;
  const folder = dirname(resolve(file));
  const crops = configuration.crops.map((crop) => toCrop(crop, folder));
  const overlaps = overlapsOf(crops);
  if (overlaps.length > 0) throw invalid(file, overlaps);
  return {
    ...(configuration.host === undefined ? {} : { host: configuration.host }),
    ...(configuration.port === undefined ? {} : { port: configuration.port }),
    ...(configuration.data === undefined ? {} : { dataDir: resolve(folder, configuration.data) }),
    ...(configuration.store === undefined ? {} : { storeUrl: configuration.store }),
    ...(configuration.publicUrl === undefined ? {} : { publicUrl: configuration.publicUrl }),
    allowedHosts: configuration.allowedHosts,
    ...(configuration.maxUploadMbytes === undefined
      ? {}
      : { maxUploadMbytes: configuration.maxUploadMbytes }),
    ...(configuration.tokenHours === undefined
      ? {}
      : { tokenLifeMs: configuration.tokenHours * 3_600_000 }),
    crops: crops.length === 0 ? null : crops,
    usersOf: usersOf(configuration),
    mail: configuration.mail ?? null,
    retries: retriesOf(configuration.retries ?? {}),
    retention: {
      days: configuration.retention?.days ?? keepAll.days,
      jobs: configuration.retention?.jobs ?? keepAll.jobs,
    },
    ...(configuration.unsettled === undefined
      ? {}
      : { isUnsettled: unsettledBy(configuration.unsettled) }),
    ...leaseOf(configuration.lease ?? {}),
    cluster: configuration.cluster === undefined ? null : placed(configuration.cluster, folder),
  };
}

/** Data lies in the same place on every node; where a pilot keeps its state is a matter of its own node. */
function placed(cluster: ClusterConfiguration, folder: string): ClusterConfiguration {
  return { ...cluster, dataRoots: cluster.dataRoots.map((root) => resolve(folder, root)) };
}

/** What is left out keeps its proportion: a lease is renewed three times in its length. */
function leaseOf({
  seconds,
  renewSeconds,
}: z.infer<typeof Lease>): Pick<WebConfiguration, "leaseMs" | "renewMs"> {
  if (seconds === undefined && renewSeconds === undefined) return {};
  return {
    leaseMs: Math.round(1000 * (seconds ?? 3 * (renewSeconds ?? 5))),
    renewMs: Math.round(1000 * (renewSeconds ?? (seconds ?? 15) / 3)),
  };
}

function retriesOf(given: z.infer<typeof Retries>): Partial<RetryPolicy> {
  const { tries, firstSeconds, longestSeconds, losses } = given;
  return {
    ...(tries === undefined ? {} : { tries }),
    ...(firstSeconds === undefined ? {} : { firstMs: firstSeconds * 1000 }),
    ...(longestSeconds === undefined ? {} : { longestMs: longestSeconds * 1000 }),
    ...(losses === undefined ? {} : { losses }),
  };
}

function usersOf(configuration: Configuration): (crop: string) => readonly UserList[] {
  const everywhere = configuredUsers(configuration.users, true);
  const byCrop = new Map(
    configuration.crops.map((crop) => [crop.name, configuredUsers(crop.users, false)]),
  );
  return (crop) => {
    const own = byCrop.get(crop);
    return own === undefined ? [everywhere] : [own, everywhere];
  };
}

function toCrop(crop: CropConfiguration, folder: string): Crop {
  return {
    name: crop.name,
    contextPath: contextPathOf(crop),
    dataRoots: crop.dataRoots.map((root) => resolve(folder, root)),
    excluded: [],
    defaults: crop.defaults,
    ...(crop.digest === undefined ? {} : { digest: crop.digest }),
    ...(crop.handOver === undefined ? {} : { handOver: crop.handOver }),
    ...(crop.upstream === undefined
      ? {}
      : {
          upstream: { ...crop.upstream, url: upstreamUrl(crop.upstream.url, contextPathOf(crop)) },
        }),
  };
}

function contextPathOf(crop: { name: string; contextPath?: string | undefined }): string {
  return crop.contextPath ?? `/gobii-${crop.name}`;
}

function usersByPlace(
  crops: readonly CropConfiguration[],
  users: Configuration["users"],
): Array<[Array<string | number>, Configuration["users"]]> {
  return [
    [["users"], users],
    ...crops.map((crop, index): [Array<string | number>, Configuration["users"]] => [
      ["crops", index, "users"],
      crop.users,
    ]),
  ];
}

/** A root that two crops share would make the files of the one those of the other. */
function overlapsOf(crops: readonly Crop[]): string[] {
  return crops.flatMap((crop, index) =>
    crops
      .slice(0, index)
      .flatMap((other) =>
        crop.dataRoots
          .filter((root) =>
            other.dataRoots.some((theirs) => contains(theirs, root) || contains(root, theirs)),
          )
          .map(
            (root) =>
              `crops[${index}].dataRoots: ${root} overlaps a data root of the crop "${other.name}"`,
          ),
      ),
  );
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    throw new AppError(
      "bad_request",
      `The configuration cannot be read: ${coerceError(thrown).message}`,
      { cause: thrown },
    );
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw invalid(file, [`not valid JSON: ${coerceError(thrown).message}`]);
  }
}

function invalid(file: string, details: readonly string[]): AppError {
  return new AppError("bad_request", `The configuration ${file} is not valid: ${details[0]}`, {
    details,
  });
}

/** The hand-over of a crop by its name, in any case; a load that names no crop is of the first. Undefined: there is none. */
export function handOversOf(
  crops: readonly Crop[],
): ((crop: string | null) => HandOver | null) | undefined {
  if (crops.every((crop) => crop.handOver === undefined)) return undefined;
  return (cropName) => {
    const crop =
      cropName === null
        ? crops[0]
        : crops.find((one) => one.name.toLowerCase() === cropName.toLowerCase());
    return crop?.handOver ?? null;
  };
}
