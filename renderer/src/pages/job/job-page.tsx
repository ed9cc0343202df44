import { Button, Group, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconSearchOff } from "@tabler/icons-react";
import { useMemo } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { AppError } from "../../../../services/contract/errors.ts";
import type { Job } from "../../../../services/contract/job.ts";
import { jobEventsQuery, jobQuery } from "../../api/jobs.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Notice } from "../../components/notice.tsx";
import { Page } from "../../components/page.tsx";
import { PriorityMark } from "../../components/priority-mark.tsx";
import { StatusMark } from "../../components/status-mark.tsx";
import { standingOf } from "../../format/words.ts";
import { attemptsOf, isStopping } from "./attempts.ts";
import { EventList } from "./event-list.tsx";
import { InstructionView } from "./instruction-view.tsx";
import { JobActions } from "./job-actions.tsx";
import { JobFacts } from "./job-facts.tsx";
import { JobSkeleton } from "./job-skeleton.tsx";
import { QualityView } from "./quality/quality-view.tsx";
import { ReportButton } from "./report/report-button.tsx";
import { ResultView } from "./result-view.tsx";
import { Timeline } from "./timeline/timeline.tsx";
import classes from "./job-page.module.css";

/** @param id the job's number or key. */
export function JobPage({ id }: { id: string }) {
  const { data: job, error, isPending, refetch } = useQuery(jobQuery(id));
  const isGone = error instanceof AppError && error.code === "not_found";
  // One that was there may be gone, with a record that was put back to an earlier day.
  if (job !== undefined && !isGone) return <Found job={job} id={id} />;
  return (
    <Page title={`Job ${id}`} heading={<Crumbs name={id} />}>
      {isPending ? (
        <JobSkeleton />
      ) : isGone ? (
        <Notice icon={IconSearchOff} title={`There is no job ${id}`}>
          <Text size="sm" c="dimmed">
            It may have been removed since, or its number or name may be mistyped.
          </Text>
          <Button component={Link} href="/jobs" variant="default" mt="xs">
            Go to the jobs
          </Button>
        </Notice>
      ) : (
        <ErrorPanel error={error} what="The job could not be read" onRetry={() => void refetch()} />
      )}
    </Page>
  );
}

function Crumbs({ name }: { name: string }) {
  return (
    <span className={classes["crumbs"]}>
      <Link href="/jobs">Jobs</Link>
      <span aria-hidden>/</span>
      <span className={classes["name"]} title={name}>
        {name}
      </span>
    </span>
  );
}

const tabs = ["result", "quality", "events", "instruction"] as const;

function Found({ job, id }: { job: Job; id: string }) {
  const { data, isError, error, refetch } = useQuery(jobEventsQuery(job.id));
  const [path, navigate] = useLocation();
  const wanted = new URLSearchParams(useSearch()).get("tab");
  const tab = tabs.find((one) => one === wanted) ?? "result";
  const events = data?.events;
  const attempts = useMemo(() => attemptsOf(events ?? []), [events]);
  const hasQuality = job.result?.quality !== undefined;
  const stopping = job.status === "in_progress" && isStopping(events ?? []);
  return (
    <Page title={job.key} heading={<Crumbs name={job.key} />}>
      <div className={classes["job"]}>
        <div className={classes["head"]}>
          <div className={classes["standing"]}>
            <StatusMark standing={standingOf(job)} size={18} />
            <PriorityMark priority={job.priority} />
            {stopping && <span className={classes["stopping"]}>stopping…</span>}
          </div>
          <Group gap={8}>
            <JobActions job={job} id={id} isStopping={stopping} />
            <Button
              component={Link}
              variant="default"
              href={`/jobs/${encodeURIComponent(id)}/edit`}
            >
              Edit and submit again
            </Button>
            <ReportButton job={job} />
          </Group>
        </div>
        <Reason job={job} />
        <JobFacts job={job} />
        <Timeline job={job} attempts={attempts} events={events ?? []} />
        <Tabs
          value={tab === "quality" && !hasQuality ? "result" : tab}
          // A link to the job leads to what is looked at; Back leads to where it was opened from.
          onChange={(next) =>
            navigate(next === "result" ? path : `${path}?tab=${next}`, { replace: true })
          }
          keepMounted={false}
        >
          <Tabs.List>
            <Tabs.Tab value="result">Result</Tabs.Tab>
            {hasQuality && <Tabs.Tab value="quality">Quality</Tabs.Tab>}
            <Tabs.Tab value="events">Events</Tabs.Tab>
            <Tabs.Tab value="instruction">Instruction</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="result" pt="md">
            <ResultView job={job} />
          </Tabs.Panel>
          {hasQuality && (
            <Tabs.Panel value="quality" pt="md">
              <QualityView job={job} />
            </Tabs.Panel>
          )}
          <Tabs.Panel value="events" pt="md">
            {isError && data === undefined ? (
              <ErrorPanel
                error={error}
                what="The events could not be read"
                onRetry={() => void refetch()}
              />
            ) : (
              <EventList events={events} />
            )}
          </Tabs.Panel>
          <Tabs.Panel value="instruction" pt="md">
            <InstructionView jobKey={job.key} />
          </Tabs.Panel>
        </Tabs>
      </div>
    </Page>
  );
}

/** Why it waits or why it ended as it did. */
function Reason({ job }: { job: Job }) {
  const text = job.reason ?? (job.status === "failed" ? job.message : null);
  if (text === null || text.trim() === "" || job.status === "completed") return null;
  return (
    <p className={classes["reason"]} data-standing={standingOf(job)}>
      {text.trim()}
    </p>
  );
}
