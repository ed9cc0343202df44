import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DigestSettings } from "../../contract/digest-settings.ts";
import type { Detection, DryRun, Preview } from "../../contract/preview.ts";
import { PreviewRequest } from "../../contract/preview.ts";
import { readInstruction } from "../../contract/instruction.ts";
import { toLoad, type Load } from "../../contract/load.ts";
import { fillTemplate, type TemplateContext } from "../../contract/templates.ts";
import { dryRun } from "../dry-run.ts";
import { runDigest, type Run } from "../testing/golden-case.ts";
import { everythingKnown } from "../validation/known-source.ts";
import { previewFile } from "./preview.ts";

/** A directory of small files, and what is to be done with them. */
export interface Bench {
  put(name: string, content: string | Uint8Array): string;
  preview(path: string, more?: Partial<PreviewRequest>): Promise<Preview>;
  detect(path: string): Promise<Detection>;
  template(path: string, more?: Partial<TemplateContext>, settings?: DigestSettings): Promise<Load>;
  /** Digests a file with its template. */
  digest(path: string, more?: Partial<TemplateContext>): Promise<Run>;
  dryRun(load: Load, lines?: number, settings?: DigestSettings): Promise<DryRun>;
  readonly dir: string;
}

const ids = {
  project: { id: 1 },
  platform: { id: 2 },
  experiment: { id: 3 },
  mapset: { id: 4 },
  dataset: { id: 5 },
};

const preview: Bench["preview"] = (path, more = {}) =>
  previewFile(PreviewRequest.parse({ path, ...more }));

const detect: Bench["detect"] = async (path) => (await preview(path)).detection;

export async function withBench<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "formats-"));
  const template: Bench["template"] = async (path, more = {}, settings = {}) =>
    toLoad(
      readInstruction(
        fillTemplate((await preview(path, { settings })).detection, {
          source: path,
          destination: join(dir, "out"),
          crop: "dev",
          ...ids,
          ...more,
        }),
      ),
    );
  try {
    return await work({
      dir,
      put(name, content) {
        const path = join(dir, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
        return path;
      },
      preview,
      detect,
      template,
      digest: async (path, more) => runDigest(await template(path, more), dir),
      dryRun: (load, lines = 1000, settings = {}) =>
        dryRun({
          load,
          settings,
          root: null,
          knownCrops: null,
          known: everythingKnown,
          lines,
          rows: 5,
          columns: 5,
        }),
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}
