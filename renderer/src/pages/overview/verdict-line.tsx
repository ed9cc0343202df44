import { Skeleton } from "@mantine/core";
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconEyeExclamation,
} from "@tabler/icons-react";
import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import type { JobStatus, JobSummary } from "../../../../services/contract/job.ts";
import { useNow } from "../../components/clock.ts";
import { verdictOf, type Verdict } from "./verdict.ts";
import classes from "./verdict-line.module.css";

const icons: Record<Verdict["kind"], typeof IconCircleCheckFilled> = {
  well: IconCircleCheckFilled,
  look: IconEyeExclamation,
  stopped: IconAlertTriangleFilled,
};

const dayMs = 24 * 3_600_000;

interface VerdictLineProps {
  readonly counts: Readonly<Record<JobStatus, number>> | undefined;
  readonly digesters: readonly AttachedDigester[] | undefined;
  readonly failed: readonly JobSummary[] | undefined;
}

export function VerdictLine({ counts, digesters, failed }: VerdictLineProps) {
  const now = useNow();
  if (counts === undefined || digesters === undefined || failed === undefined) {
    return <Skeleton height={28} width={180} animate={false} aria-label="Loading" />;
  }
  const failedLately = failed.filter(({ updatedAt }) => now - Date.parse(updatedAt) < dayMs).length;
  const { kind, title, troubles } = verdictOf({ counts, digesters, failedLately });
  const Shape = icons[kind];
  return (
    <section className={classes["verdict"]} data-kind={kind} aria-label="How it stands">
      <p className={classes["title"]}>
        <Shape size={22} aria-hidden />
        {title}
      </p>
      {troubles.length > 0 && (
        <ul className={classes["troubles"]}>
          {troubles.map((trouble) => (
            <li key={trouble}>{trouble}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
