import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfiguration } from "../configuration.ts";
import { eventually, fakeDigester } from "../testing/fake-digester.ts";
import { markerInstruction, runningWeb, temporaryDir } from "../testing/running-web.ts";

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
      crop: "dev",
      rows: 30,
      columns: 30,
    });
  });

  it("passes on what a job of the crop would be digested by, whatever the caller says", async () => {
    const folder = await temporaryDir();
    const roots = [join(folder, "maize"), join(folder, "rice")] as const;
    await Promise.all(roots.map((root) => mkdir(root)));
    const digest = { encoding: "latin1", missing: ["-9"], knownRecord: true } as const;
    const { crops } = parseConfiguration(
      JSON.stringify({
        crops: [
          { name: "maize", dataRoots: [roots[0]] },
          { name: "rice", dataRoots: [roots[1]], digest },
        ],
      }),
      join(folder, "web.json"),
    );
    const web = await runningWeb({ crops: crops ?? [] });
    const digester = await fakeDigester();
    await attach(web, digester);
    const submitted = await web.ask("POST", "/api/v1/instructions", {
      crop: "rice",
      key: "before",
      instructions: markerInstruction(roots[1], "before"),
    });
    await eventually(() => expect(digester.taken).toHaveLength(1));
    expect(digester.taken[0]).toMatchObject({ crop: "rice", settings: digest });
    const patch = (body: object) =>
      web.ask("PATCH", `/api/callback/job/${submitted.body.job.id}`, {
        digester: "node-1",
        attempt: 1,
        ...body,
      });
    await patch({ callback: 1, status: "in_progress" });
    await patch({ callback: 2, status: "completed" });

    const told = async (path: string, body: object) => {
      await web.ask("POST", `/api/v1${path}`, body);
      return digester.calls.findLast((call) => call.path === path)?.body;
    };
    const settings = { encoding: "utf8" };
    const source = join(roots[1], "files/a.txt");
    expect(await told("/preview", { path: source, crop: "rice", settings })).toMatchObject({
      crop: "rice",
      settings: digest,
    });
    // The crop that the instruction names, as when it is submitted.
    const own = instructions(source).map((one) => ({ ...one, gobiiCropType: "Rice" }));
    const earlier = {
      loads: [{ destination: join(roots[1], "digest/before"), tables: ["marker"] }],
      more: false,
    };
    expect(await told("/dry-run", { instructions: own, settings })).toMatchObject({
      crop: "rice",
      settings: digest,
      earlier,
    });
    const made = await web.ask("POST", "/api/v1/instructions", { key: "own", instructions: own });
    expect(made.body.job.crop).toBe("rice");
    const other = { instructions: instructions(join(roots[0], "files/a.txt")), settings, earlier };
    const plain = await told("/dry-run", { ...other, crop: "maize" });
    expect(plain).toMatchObject({ crop: "maize" });
    expect(plain).not.toHaveProperty("settings");
    expect(plain).not.toHaveProperty("earlier");
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
