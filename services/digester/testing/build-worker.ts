import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { assemblyScript } from "../../../scripts/assemblyscript-plugin.mjs";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/**
 * Bundles the worker as the product's build does, since Node cannot run it from its source. Below node_modules, so that it
 * finds its dependencies.
 */
export async function buildWorker(): Promise<{ path: string; remove(): Promise<void> }> {
  const outDir = path(`../../../node_modules/.digester-test/${randomBytes(6).toString("hex")}`);
  await build({
    configFile: false,
    plugins: [assemblyScript()],
    logLevel: "error",
    root: path("../../.."),
    publicDir: false,
    build: {
      ssr: true,
      target: "node20",
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      rollupOptions: {
        input: { "digest-worker": path("../digest-worker.ts") },
        output: { chunkFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]" },
      },
    },
  });
  return {
    path: join(outDir, "digest-worker.js"),
    remove: () => rm(outDir, { recursive: true, force: true }),
  };
}
