import { queryOptions } from "@tanstack/react-query";
import { FileLines } from "../../../services/contract/file-lines.ts";
import { Quality } from "../../../services/contract/quality.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

interface LinesWanted {
  readonly file: string;
  /** 1-based. */
  readonly from: number;
  readonly count: number;
  /** 1-based number of the cell to be shown. */
  readonly cell?: number;
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
      });
      const path = `/api/v1/jobs/${job}/lines?${query.toString()}`;
      return request(FileLines, path, { signal });
    },
    gcTime: 60_000,
  });
}

/** The quality figures of a job's matrix. */
export function qualityQuery(job: number, attempt: number) {
  return queryOptions({
    queryKey: keys.jobQuality(job, attempt),
    queryFn: ({ signal }) => request(Quality, `/api/v1/jobs/${job}/quality`, { signal }),
  });
}
