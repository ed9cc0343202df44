import { describe, expect, it } from "vitest";
import type { Errand } from "../../contract/errand.ts";
import { asking } from "../testing/asking-digester.ts";
import { eventually } from "../testing/fake-digester.ts";
import { markerInstruction, runningWeb, type TestWeb } from "../testing/running-web.ts";

const submit = (web: TestWeb, key: string) =>
  web.ask("POST", "/api/v1/instructions", {
    key,
    instructions: markerInstruction(web.dataDir, key),
  });

describe("a digester that asks for its work", () => {
  it("is followed, gets jobs and is told to let go of them, as one that is reached", async () => {
    const web = await runningWeb();
    const { digester, keepAsking } = await asking(web);
    keepAsking(web);
    await submit(web, "k");
    await eventually(() => expect(digester.taken.map(({ key }) => key)).toEqual(["k"]));
    const known = (await web.ask("GET", "/api/v1/digesters")).body.digesters[0];
    expect(known).toMatchObject({ url: "asks://node-1", reachable: true, problem: null });
    await web.ask("POST", "/api/v1/jobs/k/cancel", {});
    await eventually(() =>
      expect(digester.calls).toContainEqual(
        expect.objectContaining({ method: "DELETE", path: "/instructions/1" }),
      ),
    );
    const swap = { name: "fifo", options: {} };
    expect((await web.ask("PUT", "/api/v1/digesters/node-1/regulator", swap)).status).toBe(200);
  });

  it("gets a job once although the answer that had it was lost", async () => {
    const web = await runningWeb();
    const { digester, ask, make } = await asking(web);
    await submit(web, "k");
    let lost: Errand | undefined;
    for (let turn = 0; lost === undefined && turn < 50; turn++) {
      const errands = await ask();
      lost = errands.find(({ path }) => path === "/instructions");
      if (lost === undefined) await Promise.all(errands.map((errand) => make(errand)));
    }
    const again = (await ask()).find(({ path }) => path === "/instructions");
    expect(again).toEqual(lost);
    if (again !== undefined) await make(again);
    expect(digester.taken).toHaveLength(1);
    await eventually(async () =>
      expect((await web.ask("GET", "/api/v1/jobs/k")).body.digester).toBe("node-1"),
    );
  });

  it("is reached by nobody but itself", async () => {
    const web = await runningWeb();
    const { ask, send, token } = await asking(web);
    await expect(ask("wrong")).rejects.toThrow("401");
    await expect(ask(web.token)).rejects.toThrow("403");
    expect((await send("/nothing?status=200", token, "{}")).status).toBe(404);
    expect((await send("/nothing?status=42", token, "{}")).status).toBe(400);
  });

  it("has to say who it is", async () => {
    const web = await runningWeb();
    const nameless = { url: "asks://node-1", token: "t" };
    expect((await web.ask("POST", "/api/v1/digesters", nameless)).status).toBe(400);
    const odd = { url: "file:///etc/passwd", token: "t", id: "x" };
    expect((await web.ask("POST", "/api/v1/digesters", odd)).status).toBe(400);
  });
});
