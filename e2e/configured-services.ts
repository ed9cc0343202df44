import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DigestSettings } from "../services/contract/digest-settings.ts";
import { test } from "./fixtures.ts";

/** Services with these crops, each with a data root of its own beside the configuration. */
export function withCrops(crops: Readonly<Record<string, DigestSettings>>) {
  return test.extend({
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from the pattern
    servicesArguments: async ({}, use) => {
      const folder = await realpath(await mkdtemp(join(tmpdir(), "digester-crops-")));
      const config = join(folder, "web.json");
      const configured = Object.entries(crops).map(([name, digest]) => ({
        name,
        dataRoots: [join(folder, name)],
        digest,
      }));
      for (const name of Object.keys(crops)) await mkdir(join(folder, name));
      await writeFile(config, JSON.stringify({ crops: configured }));
      await use(["--config", config]);
      await rm(folder, { recursive: true, force: true });
    },
  });
}
