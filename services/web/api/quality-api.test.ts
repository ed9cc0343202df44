import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Quality, type Quality as QualityFigures } from "../../contract/quality.ts";
import { completedJob, emptyResult } from "../testing/completed-job.ts";
import { runningWeb, type TestWeb } from "../testing/running-web.ts";

const quality: QualityFigures = {
  dataSetType: "IUPAC",
  markers: 2,
  samples: 2,
  calls: 4,
  missing: 1,
  halfMissing: 0,
  heterozygous: 1,
  summary: {
    callRate: 0.75,
    minorAlleleFrequency: 0.25,
    heterozygosity: 1 / 3,
    monomorphicMarkers: 1,
    allMissingMarkers: 0,
    allMissingSamples: 0,
    duplicateSamples: null,
  },
  absent: [{ figure: "duplicate samples", reason: "Fewer than 100 markers" }],
  histograms: {
    markerCallRate: { to: 1, counts: [0, 2] },
    sampleCallRate: { to: 1, counts: [0, 2] },
    minorAlleleFrequency: { to: 0.5, counts: [1, 1] },
    markerHeterozygosity: null,
    sampleHeterozygosity: null,
  },
  lowestCallRate: { markers: [{ name: "m1", value: 0.5 }], samples: [] },
  duplicateSamples: [],
  missingMap: {
    markersPerRow: 1,
    samplesPerColumn: 1,
    rows: [
      [0, 100],
      [0, 0],
    ],
  },
};

/** A job that an attached digester has completed. */
const jobWithQuality = (web: TestWeb, url: string, more: { quality?: undefined } = {}) =>
  completedJob(web, url, () => ({ ...emptyResult, quality: quality.summary, ...more }));

const nowhere = "http://127.0.0.1:9";
const table = 'marker\tcall_rate\nm1\t0.5000\nm"2,b\t1.0000\n';

async function text(web: TestWeb, path: string) {
  const response = await fetch(web.url + path, {
    headers: { authorization: `Bearer ${web.token}` },
  });
  return { type: response.headers.get("content-type"), text: await response.text() };
}

describe("quality figures of a job", () => {
  it("are no fault of the service where somebody has spoilt the file", async () => {
    const web = await runningWeb();
    const destination = await jobWithQuality(web, nowhere);
    await mkdir(destination, { recursive: true });
    for (const [spoilt, words] of [
      ['{"markers":', "not JSON any more"],
      ["{}", "is not valid"],
    ] as const) {
      await writeFile(join(destination, "quality.json"), spoilt);
      const answer = await web.ask("GET", "/api/v1/jobs/k/quality");
      expect(answer).toMatchObject({ status: 502, body: { error: { code: "upstream_failed" } } });
      expect(answer.body.error.message).toContain(words);
    }
  });

  it("come from the directory that the job was published to", async () => {
    const web = await runningWeb();
    const destination = await jobWithQuality(web, nowhere);
    await mkdir(destination, { recursive: true });
    await writeFile(join(destination, "quality.json"), JSON.stringify(quality));
    await writeFile(join(destination, "quality.marker.tsv"), table);
    const answer = await web.ask("GET", "/api/v1/jobs/k/quality");
    expect(Quality.parse(answer.body)).toEqual(quality);
    expect(await text(web, "/api/v1/jobs/k/quality/markers")).toEqual({
      type: "text/tab-separated-values; charset=utf-8",
      text: table,
    });
    expect(await text(web, "/api/v1/jobs/k/quality/markers?format=csv")).toEqual({
      type: "text/csv; charset=utf-8",
      text: 'marker,call_rate\nm1,0.5000\n"m""2,b",1.0000\n',
    });
    expect((await web.ask("GET", "/api/v1/jobs/k/quality/rows")).status).toBe(400);
    const below = "/api/v1/jobs/k/quality/markers/below?figure=call_rate";
    expect(await web.ask("GET", `${below}&under=0.8`)).toMatchObject({
      status: 200,
      body: { count: 1, lowest: [{ name: "m1", value: 0.5 }] },
    });
    expect((await web.ask("GET", `${below}&under=2`)).status).toBe(400);
  });

  it("come from the digester that did it where that directory is not to be seen", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(JSON.stringify(quality));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const web = await runningWeb();
    const destination = await jobWithQuality(web, `http://127.0.0.1:${port}`);
    const answer = await web.ask("GET", "/api/v1/jobs/k/quality");
    expect(Quality.parse(answer.body)).toEqual(quality);
    const query = new URLSearchParams({ file: join(destination, "quality.json") }).toString();
    expect(asked).toContain(`/file?${query}`);
  });

  it("are not found where the job has none, and an upstream failure where nobody has them", async () => {
    const web = await runningWeb();
    await jobWithQuality(web, nowhere);
    expect((await web.ask("GET", "/api/v1/jobs/k/quality")).status).toBe(502);
    const other = await runningWeb();
    await jobWithQuality(other, nowhere, { quality: undefined });
    expect(await other.ask("GET", "/api/v1/jobs/k/quality")).toMatchObject({
      status: 404,
      body: { error: { code: "not_found", message: "The job k has no quality figures." } },
    });
  });
});
