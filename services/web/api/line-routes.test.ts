import { join } from "node:path";
import { expect, it } from "vitest";
import { parseConfiguration } from "../configuration.ts";
import { emptyResult, completedJob } from "../testing/completed-job.ts";
import { fakeDigester } from "../testing/fake-digester.ts";
import { runningWeb, temporaryDir } from "../testing/running-web.ts";

it("shows what a job read as the crop has it encoded, and what it made as that is written", async () => {
  const dataDir = await temporaryDir();
  const { crops } = parseConfiguration(
    JSON.stringify({
      crops: [{ name: "dev", dataRoots: [dataDir], digest: { encoding: "latin1" } }],
    }),
    join(dataDir, "web.json"),
  );
  const web = await runningWeb({ dataDir, crops: crops ?? [] });
  const digester = await fakeDigester({ dataRoots: [dataDir] });
  const { url, token } = digester;
  const destination = await completedJob(web, url, (directory) => ({
    ...emptyResult,
    tables: [{ table: "marker", file: join(directory, "digest.marker"), rows: 1, columns: 1 }],
  }));
  await web.ask("POST", "/api/v1/digesters", { url, token });
  const encodingFor = async (file: string): Promise<string | null> => {
    const query = new URLSearchParams({ file, encoding: "utf8" }).toString();
    await web.ask("GET", `/api/v1/jobs/k/lines?${query}`);
    const asked = digester.calls.findLast(({ path }) => path === "/lines")?.query;
    expect(asked).toContain(encodeURIComponent(file));
    return new URLSearchParams(asked).get("encoding");
  };
  expect(await encodingFor(join(dataDir, "files", "k"))).toBe("latin1");
  await web.ask(
    "GET",
    `/api/v1/jobs/k/lines?${new URLSearchParams({ file: join(dataDir, "files", "k"), cell: "2", delimiter: ";" }).toString()}`,
  );
  const read = new URLSearchParams(digester.calls.findLast(({ path }) => path === "/lines")?.query);
  expect([read.get("delimiter"), read.get("quotes")]).toEqual(["\\t", "false"]);
  expect(await encodingFor(join(destination, "digest.marker"))).toBeNull();
});
