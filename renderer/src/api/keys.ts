import type { ListInstruction } from "../../../services/contract/instruction.ts";
import type { Qualifier } from "../../../services/contract/job-search.ts";
import type { FileFormat } from "../../../services/contract/preview.ts";
import type { RegulatorChoice } from "../../../services/contract/regulator.ts";
import type { StatisticsSpan } from "../../../services/contract/statistics.ts";
import type { JobFilter } from "./job-filter.ts";

/** The names under which answers are kept. What the event stream changes, it finds by these. */
export const keys = {
  about: ["about"] as const,
  signedIn: ["about", "signed in"] as const,
  welcome: ["welcome"] as const,
  jobLists: ["jobs", "list"] as const,
  jobList: (filter: JobFilter) => ["jobs", "list", filter] as const,
  jobPage: (filter: JobFilter, page: number) => ["jobs", "list", filter, page] as const,
  facets: ["jobs", "facets"] as const,
  facet: (q: string, qualifier: Qualifier, like: string) =>
    ["jobs", "facets", qualifier, q, like] as const,
  jobCounts: ["jobs", "counts"] as const,
  failedLately: ["jobs", "failed lately"] as const,
  foundJobs: (text: string) => ["jobs", "found", text] as const,
  statistics: (span: StatisticsSpan) => ["statistics", span] as const,
  configuration: ["configuration"] as const,
  tokens: ["tokens"] as const,
  everyJob: ["job"] as const,
  job: (id: string) => ["job", id] as const,
  jobLines: (job: number, attempt: number, wanted: string) =>
    ["job files", job, attempt, "lines", wanted] as const,
  madeFiles: (job: number, attempt: number) => ["job files", job, attempt, "made"] as const,
  jobQuality: (job: number, attempt: number) => ["job files", job, attempt, "quality"] as const,
  sampleFigures: (job: number, attempt: number) => ["job files", job, attempt, "samples"] as const,
  below: (job: number, attempt: number, table: string, figure: string, under: number) =>
    ["job files", job, attempt, "below", table, figure, under] as const,
  jobEvents: (id: string) => ["job", id, "events"] as const,
  instruction: (key: string) => ["instruction", key] as const,
  digesters: ["digesters"] as const,
  clusters: ["clusters"] as const,
  nodeHistory: (span: StatisticsSpan) => ["node history", span] as const,
  digesterEvents: (id: string) => ["digester", id, "events"] as const,
  preview: (id: string, choice: RegulatorChoice, line: string) =>
    ["digester", id, "preview", choice, line] as const,
  samples: ["samples"] as const,
  templates: ["templates"] as const,
  files: (crop: string | null, path: string | null) => ["files", crop, path] as const,
  filePreview: (path: string, crop: string | null, format: FileFormat | null) =>
    ["preview", path, crop, format] as const,
  dryRun: (instructions: readonly ListInstruction[], crop: string | null) =>
    ["dry run", instructions, crop] as const,
  activity: ["activity", "live"] as const,
  pastActivity: ["activity", "past"] as const,
};
