import { queryOptions } from "@tanstack/react-query";
import { FileLines } from "../../../services/contract/file-lines.ts";
import { MadeFiles } from "../../../services/contract/made-files.ts";
import {
  Below,
  Quality,
  type QualityTable,
  type ThresholdFigure,
} from "../../../services/contract/quality.ts";
import { fileName } from "../format/paths.ts";
import { keys } from "./keys.ts";
import { sampleFiguresOf } from "../format/sample-figures.ts";
import { longTimeoutMs, request, requestText } from "./request.ts";

interface LinesWanted {
  readonly file: string;
  /** 1-based. */
  readonly from: number;
  readonly count: number;
  /** 1-based number of the cell to be shown. */
  readonly cell?: number;
  /** Lines that begin with this are left out at the beginning. */
  readonly skip?: string;
  /** Characters of each line. */
  readonly width: number;
}

/** A few lines of a file that a job read or made, through a digester that sees it. */
export function linesQuery(job: number, attempt: number, wanted: LinesWanted) {
  return queryOptions({
    queryKey: keys.jobLines(job, attempt, JSON.stringify(wanted)),
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({
        file: wanted.file,
        from: String(wanted.from),
        count: String(wanted.count),
        width: String(wanted.width),
        ...(wanted.cell === undefined ? {} : { cell: String(wanted.cell) }),
        ...(wanted.skip === undefined ? {} : { skip: wanted.skip }),
      });
      const path = `/api/v1/jobs/${job}/lines?${query.toString()}`;
      return request(FileLines, path, { signal, timeoutMs: longTimeoutMs });
    },
    gcTime: 60_000,
  });
}

/** What a job made: of each file its size, or why it is not to be had. */
export function madeFilesQuery(job: number, attempt: number) {
  return queryOptions({
    queryKey: keys.madeFiles(job, attempt),
    queryFn: async ({ signal }) =>
      (await request(MadeFiles, `/api/v1/jobs/${job}/files`, { signal })).files,
    gcTime: 60_000,
  });
}

/** Where a file that a job made is downloaded from. */
export function madeFileUrl(job: number, file: string): string {
  const name = fileName(file);
  return `/api/v1/jobs/${job}/files/${encodeURIComponent(name)}`;
}

/** The quality figures of a job's matrix. */
export function qualityQuery(job: number, attempt: number) {
  return queryOptions({
    queryKey: keys.jobQuality(job, attempt),
    queryFn: ({ signal }) =>
      request(Quality, `/api/v1/jobs/${job}/quality`, { signal, timeoutMs: longTimeoutMs }),
  });
}

/** What is drawn of each sample of a job's matrix. */
export function sampleFiguresQuery(job: number, attempt: number) {
  return queryOptions({
    queryKey: keys.sampleFigures(job, attempt),
    queryFn: async ({ signal }) =>
      sampleFiguresOf(await requestText(`/api/v1/jobs/${job}/quality/samples`, { signal })),
  });
}

interface BelowWanted {
  readonly table: QualityTable;
  readonly figure: ThresholdFigure;
  readonly under: number;
}

/** The markers or samples of a job's matrix that lie below a threshold. */
export function belowQuery(job: number, attempt: number, { table, figure, under }: BelowWanted) {
  return queryOptions({
    queryKey: keys.below(job, attempt, table, figure, under),
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ figure, under: under.toFixed(4) }).toString();
      return request(Below, `/api/v1/jobs/${job}/quality/${table}/below?${query}`, {
        signal,
        timeoutMs: longTimeoutMs,
      });
    },
    gcTime: 60_000,
  });
}
