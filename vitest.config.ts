import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{main,renderer,services,scripts,e2e}/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
  },
});
