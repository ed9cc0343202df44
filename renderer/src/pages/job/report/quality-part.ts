import type { Quality } from "../../../../../services/contract/quality.ts";
import { formatCount, formatShare } from "../../../format/numbers.ts";
import type { SampleFigures } from "../../../format/sample-figures.ts";
import { figuresOf } from "../quality/figures.ts";
import { bandsOf, worstOf } from "../quality/missing-map.ts";
import { chartsOf } from "../quality/quality-charts.ts";
import { lowestOf, pointsOf } from "../quality/scatter.ts";
import { escaped, table } from "./html.ts";

/** The quality of a matrix: all that the console shows of it, drawn without a script. */
export function qualityPart(quality: Quality, samples: readonly SampleFigures[] | null): string {
  const { histograms, missingMap, lowestCallRate, duplicateSamples, absent } = quality;
  const charts = chartsOf(quality, samples);
  const figure = (name: string, drawing: string): string => {
    const chart = charts.find((one) => one.name === name);
    if (chart === undefined) return "";
    const title = escaped(chart.title);
    return `<figure><figcaption><b>${title}</b><br>${escaped(chart.summary)}</figcaption>${drawing}</figure>`;
  };
  const bars = (name: string, data: Histogram | null): string =>
    data === null
      ? ""
      : figure(name, barsDrawn(data, charts.find((one) => one.name === name)?.threshold?.usual));
  return `<h2>Quality</h2>
<dl>${figuresOf(quality)
    .map(([term, value]) => `<div><dt>${term}</dt><dd>${value}</dd></div>`)
    .join("")}</dl>
<div class="charts">
${bars("marker-call-rate", histograms.markerCallRate)}
${bars("sample-call-rate", histograms.sampleCallRate)}
${bars("maf", histograms.minorAlleleFrequency)}
${bars("marker-heterozygosity", histograms.markerHeterozygosity)}
${bars("sample-heterozygosity", histograms.sampleHeterozygosity)}
${samples === null ? "" : figure("heterozygosity-by-call-rate", pointsDrawn(samples))}
</div>
${figure("missingness", mapDrawn(missingMap))}
<div class="lists"><div>${lowest("markers", lowestCallRate.markers)}</div><div>${lowest("samples", lowestCallRate.samples)}</div></div>
${table(
  "Samples that are alike",
  ["First", "Second", "Equal calls", "Of markers"],
  duplicateSamples.map(({ first, second, identity, markers }) => [
    first,
    second,
    formatShare(identity),
    formatCount(markers),
  ]),
)}
${absent.map(({ figure: what, reason }) => `<p>No ${escaped(what)}: ${escaped(reason)}</p>`).join("")}`;
}

function lowest(what: string, list: Quality["lowestCallRate"]["markers"]): string {
  return table(
    `Lowest call rates, ${what}`,
    ["Name", "Call rate"],
    list.map(({ name, value }) => [name, formatShare(value)]),
  );
}

type Histogram = Quality["histograms"]["markerCallRate"];

const [width, top, height] = [320, 14, 90];
const foot = top + height;

function svg(inner: string): string {
  return `<svg aria-hidden="true" viewBox="0 0 ${width} ${foot + 14}">${inner}</svg>`;
}

/** The scale stands above the bars, which would cover it. */
function barsDrawn({ counts, to }: Histogram, threshold: number | undefined): string {
  const most = Math.max(1, ...counts);
  const step = width / counts.length;
  const bars = counts.map((count, i) => {
    const tall = Math.max(count > 0 ? 1 : 0, (count / most) * height);
    return `<rect x="${(i * step).toFixed(1)}" y="${(foot - tall).toFixed(1)}" width="${(step * 0.9).toFixed(1)}" height="${tall.toFixed(1)}"/>`;
  });
  const at = threshold === undefined ? null : ((threshold / to) * width).toFixed(1);
  const line =
    at === null
      ? ""
      : `<path class="threshold" d="M${at} ${top}V${foot}"/><text x="${at}" y="${foot + 12}" text-anchor="middle">${threshold}</text>`;
  return svg(
    `${bars.join("")}${line}${ends("0", String(to))}<text x="${width}" y="10" text-anchor="end">at most ${formatCount(most)}</text>`,
  );
}

/** So many samples can be told apart in so small a picture, and a page stays small. */
const mostPoints = 5000;

function pointsDrawn(samples: readonly SampleFigures[]): string {
  const all = pointsOf(samples);
  const every = Math.ceil(all.length / mostPoints);
  const points = all.filter((_, index) => index % Math.max(1, every) === 0);
  const from = lowestOf(all.map(({ callRate }) => callRate));
  const most = Math.max(0.01, ...points.map(({ heterozygosity }) => heterozygosity));
  const dots = points.map(({ callRate, heterozygosity }) => {
    const x = ((callRate - from) / (1 - from)) * (width - 3);
    const y = foot - 3 - (heterozygosity / most) * (height - 3);
    return `M${x.toFixed(1)} ${y.toFixed(1)}h3v3h-3z`;
  });
  const left = every > 1 ? `, every ${every}th sample` : "";
  return svg(
    `<path class="axis" d="M0 ${foot}H${width}"/><path d="${dots.join("")}"/>${ends(String(from), "1")}<text x="${width}" y="10" text-anchor="end">at most ${formatShare(most)}${left}</text>`,
  );
}

function ends(from: string, to: string): string {
  return `<text x="0" y="${foot + 12}">${from}</text><text x="${width}" y="${foot + 12}" text-anchor="end">${to}</text>`;
}

/** Shades of the map; more cannot be told apart. */
const shades = 8;

/** One path for each shade, each run of equal cells one box in it: a full map is 40,000 cells. */
function mapDrawn(map: Quality["missingMap"]): string {
  const { rows } = map;
  const most = Math.max(10, worstOf(map));
  const paths = Array.from({ length: shades + 1 }, () => "");
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length;) {
      const shade = Math.ceil(((row[x] ?? 0) / most) * shades);
      let end = x + 1;
      while (end < row.length && Math.ceil(((row[end] ?? 0) / most) * shades) === shade) end += 1;
      if (shade > 0) paths[shade] += `M${x} ${y}h${end - x}v1h${x - end}z`;
      x = end;
    }
  }
  const columns = rows[0]?.length ?? 0;
  const bands = bandsOf(map);
  const lines = bands
    .slice(1)
    .map(
      ({ from }) =>
        `<path class="axis" vector-effect="non-scaling-stroke" d="M0 ${from.toFixed(2)}H${columns}"/>`,
    );
  const drawn = paths.map((d, shade) =>
    d === ""
      ? ""
      : `<path class="missing" fill-opacity="${(shade / shades).toFixed(2)}" d="${d}"/>`,
  );
  // The map is stretched to its place, which letters in it would not bear.
  const names = bands.map(({ name, from, to }) => {
    const share = (to - from) / Math.max(1, rows.length);
    return `<span style="flex:${share.toFixed(4)} 0 0">${share < 1 / 24 ? "" : escaped(name)}</span>`;
  });
  return `<div class="map">${names.length === 0 ? "" : `<div class="bands">${names.join("")}</div>`}<svg role="img" aria-label="Missing calls" viewBox="0 0 ${Math.max(1, columns)} ${Math.max(1, rows.length)}" preserveAspectRatio="none">${drawn.join("")}${lines.join("")}</svg></div>`;
}
