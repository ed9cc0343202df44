import type { Qualifier } from "../../../../../services/contract/job-search.ts";
import { FailureKind, JobStatus } from "../../../../../services/contract/job.ts";
import { standingWords } from "../../../format/words.ts";

/** What a qualifier asks for. */
export const qualifierWords: Record<Qualifier, string> = {
  status: "how it stands",
  submitter: "who submitted it",
  table: "a table that it makes",
  file: "a part of its source's path",
  crop: "its crop",
  digester: "where it runs, ran or waits",
  error: "the kind of failure, or words of it",
  name: "a part of its name",
};

export const facetTitles: Record<Qualifier, string> = {
  status: "Status",
  submitter: "Submitter",
  table: "Table",
  file: "File",
  crop: "Crop",
  digester: "Digester",
  error: "Failure",
  name: "Name",
};

/** The facets that are worth a menu: a value of theirs belongs to many jobs. Statuses have their tiles. */
export const facetMenus = ["submitter", "table", "crop", "digester", "error"] as const;

const failureWords: Record<FailureKind, string> = {
  input: "Bad input",
  validation: "Against the rules of a table",
  lost: "Digester lost",
  environment: "Disk, memory or crash",
  other: "Other",
};

/** A value as people read it. */
export function valueWords(qualifier: Qualifier, value: string): string {
  if (value === "") return "none";
  if (qualifier === "status") {
    const status = JobStatus.safeParse(value);
    return status.success ? standingWords[status.data] : standingWords.held;
  }
  if (qualifier === "error") {
    const kind = FailureKind.safeParse(value);
    return kind.success ? failureWords[kind.data] : value;
  }
  return value;
}
