import type { Event } from "../../../../../services/contract/event.ts";
import type { FileLines } from "../../../../../services/contract/file-lines.ts";
import type { Job } from "../../../../../services/contract/job.ts";
import type { Quality } from "../../../../../services/contract/quality.ts";
import { failureWords } from "../../../../../services/contract/validation-words.ts";
import { plainWords } from "../../../../../services/contract/problem-words.ts";
import type { DigestProblem } from "../../../../../services/contract/result.ts";
import { formatBytes, formatCount, formatPlural, type ByteUnits } from "../../../format/numbers.ts";
import { formatDateTime, formatDuration, type TimeZone } from "../../../format/time.ts";
import { eventWords, standingOf, standingWords, stepWords } from "../../../format/words.ts";
import { placeOf } from "../../../format/problem-place.ts";
import type { SampleFigures } from "../../../format/sample-figures.ts";
import { escaped, table } from "./html.ts";
import { qualityPart } from "./quality-part.ts";

export interface ReportInput {
  readonly job: Job;
  readonly events: readonly Event[];
  /** As text; null where the job has none. */
  readonly instruction: string | null;
  readonly quality: Quality | null;
  /** Of the matrix; null where they are not to be had. */
  readonly samples: readonly SampleFigures[] | null;
  /** What stands where an error is, by its place in the list of errors. */
  readonly lines: ReadonlyMap<number, FileLines>;
  readonly zone: TimeZone;
  readonly units: ByteUnits;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A job as one HTML file without scripts or anything from elsewhere: to be sent, kept and printed. */
export function reportOf(input: ReportInput): string {
  const { job, zone, now } = input;
  const title = `${job.key}: ${standingWords[standingOf(job)].toLowerCase()}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(job.key)}</h1>
<p class="standing ${job.status}">${standingWords[standingOf(job)]}</p>
${job.reason === null ? "" : `<p class="reason">${escaped(job.reason)}</p>`}
${facts(job, zone)}
${result(input)}
${input.quality === null ? "" : qualityPart(input.quality, input.samples)}
${timeline(input)}
${input.instruction === null ? "" : `<h2>Instruction</h2><details open><summary>Show the instruction</summary><pre>${escaped(input.instruction)}</pre></details>`}
<footer>Made ${escaped(formatDateTime(now, zone))}.</footer>
</body>
</html>
`;
}

function facts(job: Job, zone: TimeZone): string {
  const time = (at: string | null): string =>
    at === null ? "–" : formatDateTime(Date.parse(at), zone);
  const took =
    job.startedAt === null || job.settledAt === null
      ? "–"
      : formatDuration(Date.parse(job.settledAt) - Date.parse(job.startedAt));
  const rows: readonly (readonly [string, string])[] = [
    ["Job", String(job.id)],
    ["Crop", job.crop],
    [
      "Submitted",
      `${time(job.submittedAt)}${job.submittedBy === null ? "" : ` by ${job.submittedBy}`}`,
    ],
    ["Started", time(job.startedAt)],
    ["Ended", time(job.settledAt)],
    ["Took", took],
    ["Attempt", job.attempt === 0 ? "none" : String(job.attempt)],
    ["Digester", job.digester ?? "none"],
    ["Source", job.source ?? "–"],
  ];
  return `<dl>${rows.map(([term, value]) => `<div><dt>${term}</dt><dd>${escaped(value)}</dd></div>`).join("")}</dl>`;
}

function result({ job, lines, units }: ReportInput): string {
  const { result: found } = job;
  if (found === null) return "";
  const { matrix } = found;
  const size =
    matrix === null
      ? ""
      : `<p><b>${formatPlural(matrix.markers, "marker")} × ${formatPlural(matrix.samples, "sample")}</b>, ${formatCount(matrix.missing)} calls missing, ${escaped(matrix.dataSetType)}. Read ${formatBytes(found.bytesRead, units)} in ${formatDuration(found.durationMs)}.</p>`;
  return [
    "<h2>Result</h2>",
    size,
    problems("Errors", found.errors, Math.max(found.errorCount, found.errors.length), lines),
    table(
      "Tables",
      ["Table", "Rows", "Columns", "File"],
      found.tables.map((one) => [
        one.table,
        formatCount(one.rows),
        formatCount(one.columns),
        one.file,
      ]),
    ),
    table(
      "Validation",
      ["Table", "Outcome", "What failed"],
      found.validation.map((one) => [
        one.fileName,
        one.status === "PASSED" ? "Passed" : "Failed",
        one.failures.map((fault) => failureWords(one.fileName, fault)).join(" "),
      ]),
    ),
    problems("Warnings", found.warnings, found.warnings.length, new Map()),
  ].join("\n");
}

function problems(
  title: string,
  list: readonly DigestProblem[],
  count: number,
  lines: ReadonlyMap<number, FileLines>,
): string {
  if (list.length === 0) return "";
  const items = list.map((problem, index) => {
    const found = lines.get(index);
    const said =
      problem.plain === undefined
        ? ""
        : `<br><small>In GOBii’s words: ${escaped(problem.message)}</small>`;
    const shown = found === undefined ? "" : `<pre>${linesText(found, problem.line)}</pre>`;
    return `<li>${escaped(plainWords(problem))}<br><small>${escaped(placeOf(problem))}</small>${shown}${said}</li>`;
  });
  const more = count > list.length ? `<p>…and ${formatCount(count - list.length)} more.</p>` : "";
  return `<h3>${title} (${formatCount(count)})</h3><ul>${items.join("")}</ul>${more}`;
}

function linesText({ lines }: FileLines, fault: number | null): string {
  return lines
    .map(({ number, text, before, after }) => {
      const line = `${String(number).padStart(7)}  ${before > 0 ? "…" : ""}${escaped(text)}${after > 0 ? "…" : ""}`;
      return number === fault ? `<mark>${line}</mark>` : line;
    })
    .join("\n");
}

function timeline({ events, zone }: ReportInput): string {
  return table(
    "What happened",
    ["When", "What", "Attempt", "Where", "Said"],
    events.map((event) => [
      formatDateTime(Date.parse(event.at), zone),
      event.type === "step" && event.step !== undefined
        ? stepWords[event.step]
        : eventWords[event.type],
      event.attempt === null || event.attempt === 0 ? "" : String(event.attempt),
      event.digester ?? "",
      [event.message?.trim(), event.by === undefined ? null : `by ${event.by}`]
        .filter((part) => part != null && part !== "")
        .join(", "),
    ]),
  );
}

const style = `
body{max-width:1000px;margin:32px auto;padding:0 24px;color:#17201c;font:14px/1.5 system-ui,sans-serif}
h1{font:600 22px ui-monospace,monospace;margin:0}h2{margin:32px 0 8px;font-size:18px}h3{margin:20px 0 6px;font-size:14px}
.standing{margin:4px 0 12px;font-weight:600;color:#5a6460}.completed{color:#00704f}.failed{color:#b23c00}.aborted{color:#96407a}
.reason{padding-left:12px;border-left:3px solid #c3ccc7;white-space:pre-wrap;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:8px 24px;margin:0}dt{color:#57635d;font-size:12px}dd{margin:0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;font-size:13px}th,td{padding:4px 12px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid #e2e7e4;overflow-wrap:anywhere}th{color:#57635d;font-weight:400}
pre{padding:8px;overflow-x:auto;background:#f6f8f7;border:1px solid #e2e7e4;font:12px/1.5 ui-monospace,monospace}mark{background:#fbd9c8}
ul{padding-left:18px}small,footer{color:#57635d}footer{margin-top:32px}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px;margin:16px 0}.lists{display:grid;grid-template-columns:1fr 1fr;gap:0 32px}figure{margin:0}figcaption{font-size:12px;color:#57635d}svg{width:100%;fill:#00629b}svg text{font-size:10px;fill:#57635d}svg .axis{stroke:#c3ccc7}svg .threshold{stroke:#b23c00;stroke-dasharray:3 2}svg .missing{fill:#b23c00}.map{display:flex;gap:8px;height:320px}.map>svg{flex:1;border:1px solid #e2e7e4}.bands{display:flex;flex-direction:column;font-size:11px;color:#57635d}.bands span{display:flex;align-items:center;overflow:hidden;border-top:1px solid #c3ccc7}
@media print{body{margin:0;max-width:none}tr,figure,li{break-inside:avoid}details[open] summary{display:none}}
`;
