import { z } from "zod";
import {
  ClusterLimits,
  ClusterReport,
  isPilotOf,
  type Cluster,
  type ClusterOrders,
} from "../../contract/cluster.ts";
import { AppError } from "../../contract/errors.ts";
import type { Store } from "../store/store.ts";
import type { DigesterDirectory } from "./digester-directory.ts";
import type { JobRecord } from "./job-record.ts";
import { isDue } from "./retries.ts";

/** What keepers of clusters report, and what people want of them. */
export interface ClusterBook {
  /** Takes a report; of several keepers of one cluster, the one that leads. */
  report(name: string, report: ClusterReport): Promise<ClusterOrders>;
  /** @throws AppError `not_found`. */
  setLimits(name: string, limits: ClusterLimits | null): Promise<Cluster>;
  list(): Promise<Cluster[]>;
}

export interface ClusterBookDeps {
  readonly store: Store;
  readonly directory: Pick<DigesterDirectory, "list">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly isUnsettled: (job: JobRecord) => boolean;
  readonly onChange: () => void;
  /** A keeper that is not heard from for so long has lost the lead. @default 30,000 */
  readonly leadMs?: number;
}

const Kept = z.object({
  report: ClusterReport,
  /** Those that people have set. */
  limits: ClusterLimits.nullable(),
  heardAt: z.number(),
});
type Kept = z.infer<typeof Kept>;

const prefix = "cluster/";

export function clusterBook(deps: ClusterBookDeps): ClusterBook {
  const { store, directory, now, onChange, leadMs = 30_000 } = deps;
  /** A report that says the same again is not written each time. */
  const heardAt = new Map<string, { keeper: string; at: number }>();

  const heard = (name: string, { report, heardAt: at }: Kept): number => {
    const later = heardAt.get(name);
    return later?.keeper === report.keeper ? Math.max(at, later.at) : at;
  };

  async function keep(name: string, report: ClusterReport): Promise<Kept> {
    let isNews = false;
    const at = now();
    const value = await store.updateSetting(prefix + name, (before) => {
      isNews = false;
      const known = Kept.safeParse(before).data ?? null;
      const isOthers = known !== null && known.report.keeper !== report.keeper;
      if (isOthers && heard(name, known) + leadMs > at) return before;
      // Others on the record know it by what is written.
      const isOld = known === null || known.heardAt + leadMs / 3 < at;
      isNews = known === null || JSON.stringify(known.report) !== JSON.stringify(report);
      if (!isNews && !(store.isShared && isOld)) return before;
      return { report, limits: known?.limits ?? null, heardAt: at } satisfies Kept;
    });
    const kept = Kept.parse(value);
    if (kept.report.keeper === report.keeper) heardAt.set(name, { keeper: report.keeper, at });
    if (isNews) onChange();
    return kept;
  }

  const waitingFor = async (labels: readonly string[]): Promise<number> => {
    const at = now();
    const jobs = await store.unsettled();
    return jobs.filter(
      (job) =>
        job.status === "submitted" &&
        !job.held &&
        job.hasInstruction &&
        isDue(job, at) &&
        deps.isUnsettled(job) &&
        job.labels.every((label) => labels.includes(label)),
    ).length;
  };

  const toCluster = (name: string, kept: Kept): Cluster => {
    const { keeper: _, labels: __, limits, ...report } = kept.report;
    const at = heard(name, kept);
    return {
      ...report,
      name,
      limits: kept.limits ?? limits,
      configured: limits,
      reportedAt: new Date(at).toISOString(),
      isKept: at + leadMs > now(),
    };
  };

  return {
    async report(name, report) {
      const kept = await keep(name, report);
      const digesters = directory.list().filter(({ id }) => isPilotOf(name, id));
      return {
        leads: kept.report.keeper === report.keeper,
        limits: kept.limits ?? report.limits,
        waiting: await waitingFor(report.labels),
        digesters: digesters.map(({ id, reachable, status }) => ({
          id,
          reachable,
          draining: status?.draining ?? false,
          running: status?.running.length ?? 0,
          waiting: status?.waiting.length ?? 0,
        })),
      };
    },
    async setLimits(name, limits) {
      const value = await store.updateSetting(prefix + name, (before) => {
        const known = Kept.safeParse(before).data;
        if (known === undefined) throw new AppError("not_found", `No cluster "${name}" reports.`);
        return { ...known, limits };
      });
      onChange();
      return toCluster(name, Kept.parse(value));
    },
    async list() {
      const settings = await store.settings(prefix);
      return settings.flatMap(({ name, value }) => {
        const kept = Kept.safeParse(value);
        return kept.success ? [toCluster(name.slice(prefix.length), kept.data)] : [];
      });
    },
  };
}
