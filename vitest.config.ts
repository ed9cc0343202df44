import { defineConfig } from "vitest/config";
import { assemblyScript } from "./scripts/assemblyscript-plugin.mjs";

export default defineConfig({
  plugins: [assemblyScript()],
  test: {
    include: ["{main,renderer,services,scripts,e2e}/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
    // By itself Vitest leaves a core free, which of two is half.
    maxWorkers: 2,
  },
});
