import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HttpSend } from "../gate/http-client.ts";
import { createAskEarlierFiles } from "./earlier-loads.ts";
import { temporaryDirectory } from "./testing/fakes.ts";

const target = { url: "http://web/api/callback/", token: "secret" };

function answering(body: unknown, asked: string[] = []): HttpSend {
  return async ({ method, url, headers }) => {
    asked.push(`${method} ${url} ${headers["authorization"]}`);
    return { status: 200, text: JSON.stringify(body) };
  };
}

const refused: HttpSend = async () => ({ status: 403, text: "" });

describe("the files of earlier loads", () => {
  it("are those that this node sees, below its data roots, in the order of the loads", async () => {
    const root = await temporaryDirectory();
    const outside = await temporaryDirectory();
    for (const [dir, table] of [
      [join(root, "new"), "marker"],
      [join(root, "old"), "dnarun"],
      [outside, "marker"],
    ] as const) {
      await mkdir(dir, { recursive: true });
      await writeFile(join(dir, `digest.${table}`), "name\n");
    }
    const loads = [
      { destination: join(root, "new"), tables: ["marker", "matrix", "dnarun"] },
      { destination: outside, tables: ["marker"] },
      { destination: join(root, "gone"), tables: ["marker"] },
      { destination: join(root, "old"), tables: ["dnarun"] },
    ];
    const asked: string[] = [];
    const ask = createAskEarlierFiles(answering({ loads, more: true }, asked));
    expect(await ask(target, 7, [root])).toEqual({
      files: [
        { table: "marker", path: join(root, "new/digest.marker") },
        { table: "dnarun", path: join(root, "old/digest.dnarun") },
      ],
      warnings: [
        expect.stringMatching(/^The files of 2 of 4 earlier loads are not to be seen/),
        expect.stringMatching(/only the last 4/),
      ],
    });
    expect(asked).toEqual(["GET http://web/api/callback/job/7/earlier Bearer secret"]);
  });

  it("are not taken for none where the answer is no list", async () => {
    await expect(createAskEarlierFiles(answering({ loads: 3 }))(target, 7, [])).rejects.toThrow(
      /The list of earlier loads/,
    );
    await expect(createAskEarlierFiles(refused)(target, 7, [])).rejects.toMatchObject({
      code: "unavailable",
    });
  });
});
