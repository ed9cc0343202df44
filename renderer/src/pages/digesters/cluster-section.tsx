import type { Cluster } from "../../../../services/contract/cluster.ts";
import { formatPlural } from "../../format/numbers.ts";
import { ClusterLimitsForm } from "./cluster-limits-form.tsx";
import { PilotList } from "./pilot-list.tsx";
import classes from "./cluster-section.module.css";

/** One cluster: how many pilots are wanted and why, what each does, and how many there may be. */
export function ClusterSection({ cluster }: { cluster: Cluster }) {
  const { name, provider, pilots, wanted, reason, problem, isKept } = cluster;
  const running = pilots.filter(({ state }) => state === "running").length;
  const coming = pilots.filter(({ state }) => state === "asked" || state === "queued").length;
  return (
    <section className={classes["cluster"]} aria-label={`Pilots of ${name}`}>
      <header className={classes["head"]}>
        <h2 className={classes["name"]}>Pilots of {name}</h2>
        <span className={classes["facts"]}>
          {provider === "slurm" ? "jobs of Slurm" : "processes of one machine"}
        </span>
        <div className={classes["limits"]}>
          <ClusterLimitsForm
            key={`${cluster.limits.min}-${cluster.limits.max}`}
            cluster={cluster}
          />
        </div>
      </header>
      <p className={classes["words"]}>
        {formatPlural(wanted, "pilot")} wanted, {running} running
        {coming > 0 && `, ${coming} on their way`}. {reason}
      </p>
      {problem !== null && (
        <p className={classes["problem"]} role="alert">
          {problem}
        </p>
      )}
      {!isKept && (
        <p className={classes["problem"]} role="alert">
          Nothing is heard from its keeper, so what stands here is old, and pilots are neither asked
          for nor ended. Start it with: services cluster --config FILE
        </p>
      )}
      <PilotList pilots={pilots} />
    </section>
  );
}
