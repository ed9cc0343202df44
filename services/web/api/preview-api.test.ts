import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeDigester } from "../testing/fake-digester.ts";
import { runningWeb } from "../testing/running-web.ts";

const attach = async (
  web: Awaited<ReturnType<typeof runningWeb>>,
  digester: Awaited<ReturnType<typeof fakeDigester>>,
) => {
  const { url, token } = digester;
  expect((await web.ask("POST", "/api/v1/digesters", { url, token })).status).toBe(201);
};

const instructions = (source: string) => [
  {
    table: "marker",
    gobiiFile: { source, destination: `${source}.out`, delimiter: "\\t" },
    gobiiFileColumns: [{ gobiiColumnType: "CSV_COLUMN", name: "name", rCoord: 1, cCoord: 0 }],
  },
];

describe("looking through the web service", () => {
  it("is passed on to a digester that may read the file", async () => {
    const web = await runningWeb();
    const path = join(web.dataDir, "files/a.txt");
    const [blind, seeing] = [
      await fakeDigester({ id: "blind", dataRoots: ["/elsewhere"] }),
      await fakeDigester({ id: "seeing", dataRoots: [web.dataDir] }),
    ];
    await attach(web, blind);
    await attach(web, seeing);
    const preview = await web.ask("POST", "/api/v1/preview", { path });
    // The stand-in does not answer as a digester does, which is told, but it was asked.
    expect(preview.body.error.code).toBe("upstream_failed");
    await web.ask("POST", "/api/v1/dry-run", { instructions: instructions(path) });
    const asked = ({ calls }: typeof seeing) =>
      calls.map(({ path: to }) => to).filter((to) => to === "/preview" || to === "/dry-run");
    expect(asked(seeing)).toEqual(["/preview", "/dry-run"]);
    expect(asked(blind)).toEqual([]);
    expect(seeing.calls.find(({ path: to }) => to === "/preview")?.body).toEqual({
      path,
      rows: 30,
      columns: 30,
    });
  });

  it("says why nobody can look", async () => {
    const web = await runningWeb();
    const path = join(web.dataDir, "files/a.txt");
    const none = await web.ask("POST", "/api/v1/preview", { path });
    expect(none).toMatchObject({
      status: 503,
      body: {
        error: { code: "unavailable", message: expect.stringMatching(/No digester is attached/) },
      },
    });
    await attach(web, await fakeDigester({ dataRoots: ["/elsewhere"] }));
    const blind = await web.ask("POST", "/api/v1/preview", { path });
    expect(blind.body.error.message).toBe(`No attached digester can read ${path}`);
  });

  it("keeps to the data roots of the crop, links included", async () => {
    const web = await runningWeb();
    await attach(web, await fakeDigester());
    await mkdir(join(web.dataDir, "files"), { recursive: true });
    await symlink("/etc", join(web.dataDir, "files/link"));
    await writeFile(join(web.dataDir, "files/a.txt"), "a\n");
    for (const path of ["/etc/passwd", join(web.dataDir, "files/link/passwd"), "files/a.txt"]) {
      const answer = await web.ask("POST", "/api/v1/preview", { path });
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 400, "bad_request"]);
      const tried = await web.ask("POST", "/api/v1/dry-run", { instructions: instructions(path) });
      expect([path, tried.status, tried.body.error.code]).toEqual([
        path,
        400,
        "invalid_instruction",
      ]);
    }
  });
});
