import { Button, Group, Skeleton } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Job } from "../../../../../services/contract/job.ts";
import type { Quality } from "../../../../../services/contract/quality.ts";
import { qualityQuery, sampleFiguresQuery } from "../../../api/job-files.ts";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { formatCount, formatShare } from "../../../format/numbers.ts";
import { figuresOf } from "./figures.ts";
import { Picture } from "./picture.tsx";
import { chartsOf } from "./quality-charts.ts";
import classes from "./quality-view.module.css";

/** The quality of a job's matrix, as figures and pictures. */
export function QualityView({ job }: { job: Job }) {
  const { data, error, isError, refetch } = useQuery(qualityQuery(job.id, job.attempt));
  const samples = useQuery(sampleFiguresQuery(job.id, job.attempt));
  const charts = useMemo(
    () => (data === undefined ? [] : chartsOf(data, samples.data ?? null)),
    [data, samples.data],
  );
  if (isError) {
    return (
      <ErrorPanel
        error={error}
        what="The quality figures could not be read"
        onRetry={() => void refetch()}
      />
    );
  }
  return (
    <div className={classes["quality"]}>
      {data === undefined ? (
        <Skeleton height={20} width="60%" animate={false} />
      ) : (
        <Figures quality={data} />
      )}
      <Group gap="xs">
        {(["markers", "samples"] as const).map((table) => (
          <Button
            key={table}
            component="a"
            variant="default"
            href={`/api/v1/jobs/${job.id}/quality/${table}?format=csv`}
            download
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            All {table}, CSV
          </Button>
        ))}
      </Group>
      <div className={classes["charts"]}>
        {data === undefined
          ? [1, 2, 3, 4].map((n) => <Skeleton key={n} height={266} animate={false} />)
          : charts.map((chart) => <Picture key={chart.name} chart={chart} job={job} />)}
      </div>
      {samples.isError && (
        <p className={classes["absent"]}>
          No heterozygosity against call rate: {samples.error.message}
        </p>
      )}
      {data !== undefined && <Alike quality={data} />}
      {data?.absent.map(({ figure, reason }) => (
        <p key={figure} className={classes["absent"]}>
          No {figure}: {reason}
        </p>
      ))}
    </div>
  );
}

function Figures({ quality }: { quality: Quality }) {
  return (
    <dl className={classes["figures"]}>
      {figuresOf(quality).map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Pairs of samples that are nearly the same: one plant twice, or names that were mixed up. */
function Alike({ quality: { duplicateSamples } }: { quality: Quality }) {
  if (duplicateSamples.length === 0) return null;
  return (
    <section aria-label="Samples that are alike" className={classes["alike"]}>
      <h2>Samples that are alike</h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard */}
      <section className={classes["scroller"]} tabIndex={0} aria-label="Pairs of samples">
        <table>
          <thead>
            <tr>
              {["First", "Second", "Equal calls", "Of markers"].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {duplicateSamples.map(({ first, second, identity, markers }) => (
              <tr key={`${first} ${second}`}>
                <td className="mono">{first}</td>
                <td className="mono">{second}</td>
                <td>{formatShare(identity)}</td>
                <td>{formatCount(markers)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
