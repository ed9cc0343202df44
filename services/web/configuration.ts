import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ClusterConfiguration } from "../contract/cluster-configuration.ts";
import { AppError, coerceError, describeIssues } from "../contract/errors.ts";
import { withoutUndefined } from "../contract/without-undefined.ts";
import { contains } from "../gate/paths.ts";
import {
  ConfigurationFile,
  contextPathOf,
  type CropConfiguration,
  type MailConfiguration,
} from "./configuration-file.ts";
import { upstreamUrl, type Crop } from "./crop.ts";
import { keepAll, type RetentionPolicy } from "./jobs/retention.ts";
import type { RetryPolicy } from "./jobs/retries.ts";
import { unsettledBy, type IsUnsettled } from "./jobs/unsettled.ts";
import { configuredUsers, type UserList } from "./users.ts";

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
  const parsed = ConfigurationFile.safeParse(parseJson(text, file));
  if (!parsed.success) throw invalid(file, describeIssues(parsed.error));
  const configuration = parsed.data;
  const folder = dirname(resolve(file));
  const crops = configuration.crops.map((crop) => toCrop(crop, folder));
  const overlaps = overlapsOf(crops);
  if (overlaps.length > 0) throw invalid(file, overlaps);
  const { host, port, data, store, publicUrl, maxUploadMbytes, tokenHours, unsettled } =
    configuration;
  return {
    ...withoutUndefined({
      host,
      port,
      dataDir: data && resolve(folder, data),
      storeUrl: store,
      publicUrl,
      maxUploadMbytes,
      tokenLifeMs: tokenHours && tokenHours * 3_600_000,
      isUnsettled: unsettled && unsettledBy(unsettled),
    }),
    allowedHosts: configuration.allowedHosts,
    crops: crops.length === 0 ? null : crops,
    usersOf: usersOf(configuration),
    mail: configuration.mail ?? null,
    retries: retriesOf(configuration.retries ?? {}),
    retention: {
      days: configuration.retention?.days ?? keepAll.days,
      jobs: configuration.retention?.jobs ?? keepAll.jobs,
    },
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
}: NonNullable<ConfigurationFile["lease"]>): Pick<WebConfiguration, "leaseMs" | "renewMs"> {
  if (seconds === undefined && renewSeconds === undefined) return {};
  return {
    leaseMs: Math.round(1000 * (seconds ?? 3 * (renewSeconds ?? 5))),
    renewMs: Math.round(1000 * (renewSeconds ?? (seconds ?? 15) / 3)),
  };
}

function retriesOf(given: NonNullable<ConfigurationFile["retries"]>): Partial<RetryPolicy> {
  const { tries, firstSeconds, longestSeconds, losses } = given;
  return withoutUndefined({
    tries,
    firstMs: firstSeconds && firstSeconds * 1000,
    longestMs: longestSeconds && longestSeconds * 1000,
    losses,
  });
}

function usersOf(configuration: ConfigurationFile): (crop: string) => readonly UserList[] {
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
  const contextPath = contextPathOf(crop);
  const { upstream } = crop;
  return {
    name: crop.name,
    contextPath,
    dataRoots: crop.dataRoots.map((root) => resolve(folder, root)),
    excluded: [],
    defaults: crop.defaults,
    ...withoutUndefined({
      digest: crop.digest,
      handOver: crop.handOver,
      upstream: upstream && { ...upstream, url: upstreamUrl(upstream.url, contextPath) },
    }),
  };
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
