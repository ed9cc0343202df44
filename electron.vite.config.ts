import { fileURLToPath } from "node:url";
import { defineConfig } from "electron-vite";
import react from "@vitejs/plugin-react";
import { assemblyScript } from "./scripts/assemblyscript-plugin.mjs";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Chunks beside entries: a worker's path is then the same relative to an entry and to a chunk. */
const flatOutput = {
  chunkFileNames: "[name]-[hash].js",
  assetFileNames: "[name]-[hash][extname]",
};

export default defineConfig({
  main: {
    plugins: [assemblyScript()],
    build: {
      // The same bundle runs on Electron's Node and on the plain Node of a compute node.
      target: "node20",
      outDir: "out/main",
      // Bundled: each command would else begin with loading a hundred files of theirs.
      externalizeDeps: { exclude: ["commander", "zod"] },
      rollupOptions: {
        input: {
          index: path("main/index.ts"),
          services: path("services/cli.ts"),
          "digest-worker": path("services/digester/digest-worker.ts"),
        },
        output: flatOutput,
      },
    },
  },
  preload: {
    build: {
      outDir: "out/preload",
      // A sandboxed preload must be one CommonJS file with nothing left to resolve.
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: path("main/preload.ts") },
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: "renderer",
    plugins: [
      react(),
      // electron-vite forces "./", which breaks every path route below the first level.
      { name: "root-base", config: () => ({ base: "/" }) },
    ],
    build: {
      outDir: "out/renderer",
      emptyOutDir: true,
      minify: true,
      // Served from this machine or its network; vite's own limit speaks of the open web.
      chunkSizeWarningLimit: 2000,
      rollupOptions: { input: path("renderer/index.html") },
    },
  },
});
