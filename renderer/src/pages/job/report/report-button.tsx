import { Button } from "@mantine/core";
import { IconFileDownload } from "@tabler/icons-react";
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import type { FileLines } from "../../../../../services/contract/file-lines.ts";
import type { Job } from "../../../../../services/contract/job.ts";
import { instructionQuery } from "../../../api/instructions.ts";
import { linesQuery, qualityQuery, sampleFiguresQuery } from "../../../api/job-files.ts";
import { jobEventsQuery } from "../../../api/jobs.ts";
import { useClock } from "../../../components/clock.ts";
import { tellError } from "../../../components/tell.ts";
import { useTimeZone } from "../../../components/time-zone.ts";
import { useByteUnits } from "../../../components/units.ts";
import { textOf } from "../../submit/instruction-text.ts";
import { reportOf } from "./report.ts";
import { saveFile } from "./save-file.ts";

/** Errors whose lines stand in the report. */
const shownErrors = 10;

/** Saves the job as one HTML file, to be sent to a colleague. */
export function ReportButton({ job }: { job: Job }) {
  const client = useQueryClient();
  const [zone] = useTimeZone();
  const [units] = useByteUnits();
  const now = useClock();
  const save = useMutation({
    mutationFn: async () => {
      const [events, instruction, quality, samples, lines] = await Promise.all([
        client.fetchQuery(jobEventsQuery(job.id)),
        orNull(client.fetchQuery(instructionQuery(job.key))),
        job.result?.quality === undefined
          ? null
          : orNull(client.fetchQuery(qualityQuery(job.id, job.attempt))),
        job.result?.quality === undefined
          ? null
          : orNull(client.fetchQuery(sampleFiguresQuery(job.id, job.attempt))),
        linesOfErrors(client, job),
      ]);
      const text = instruction === null ? null : textOf(instruction);
      return reportOf({
        job,
        events: events.events,
        instruction: text,
        quality,
        samples,
        lines,
        zone,
        units,
        now: now(),
      });
    },
    onSuccess: (html) => saveFile(`${job.key}.html`, new Blob([html], { type: "text/html" })),
    onError: (error) => tellError("The report could not be made", error),
  });
  return (
    <Button
      variant="default"
      leftSection={<IconFileDownload size={15} aria-hidden />}
      loading={save.isPending}
      onClick={() => save.mutate()}
    >
      Report
    </Button>
  );
}

/** A report without a part is better than none. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch {
    return null;
  }
}

async function linesOfErrors(
  client: QueryClient,
  job: Job,
): Promise<ReadonlyMap<number, FileLines>> {
  const found = new Map<number, FileLines>();
  await Promise.all(
    (job.result?.errors ?? []).slice(0, shownErrors).map(async ({ file, line, column }, index) => {
      if (file === null || line === null) return;
      const wanted = { file, from: Math.max(1, line - 1), count: 3, width: 160 };
      const cell = column === null || column < 1 ? {} : { cell: column };
      const lines = await orNull(
        client.fetchQuery(linesQuery(job.id, job.attempt, { ...wanted, ...cell })),
      );
      if (lines !== null) found.set(index, lines);
    }),
  );
  return found;
}
