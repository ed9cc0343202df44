// npm test: builds, runs the unit tests and the browser tests, and ends with the sum of both. With SCALE=required it also tries
// what holds beyond one machine, as npm run test:scale does, with few kills.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const reports = mkdtempSync(join(tmpdir(), "digester-test-"));
const vitestReport = join(reports, "vitest.json");
const playwrightReport = join(reports, "playwright.json");
const scaleReport = join(reports, "scale.json");

const run = (command, args, env = {}) =>
  spawnSync(command, args, {
    stdio: "inherit",
    env: { ...process.env, ...env },
  }).status ?? 1;

const readReport = (path) => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
};

const statuses = [run("npm", ["run", "-s", "build"])];
if (statuses[0] === 0) {
  statuses.push(
    run("npx", [
      "vitest",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${vitestReport}`,
    ]),
    run("npx", ["playwright", "test", "--reporter=list,json"], {
      PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightReport,
    }),
  );
  if (process.env.SCALE === "required") {
    const scale = ["scripts/run.mjs", "scripts/test-scale.ts", "--without-suite"];
    statuses.push(run("node", [...scale, "--kills", "12", "--report", scaleReport]));
  }
}

const unit = readReport(vitestReport);
const browser = readReport(playwrightReport)?.stats;
const scale = readReport(scaleReport);
const sum = (...counts) => counts.reduce((total, count) => total + (count ?? 0), 0);
const passed = sum(unit?.numPassedTests, browser?.expected, browser?.flaky, scale?.passed);
const skipped = sum(unit?.numPendingTests, unit?.numTodoTests, browser?.skipped, scale?.skipped);
// A run that ended badly without a failed test (a build error, a crash) still counts as one failure.
const failedTests = sum(unit?.numFailedTests, browser?.unexpected, scale?.failed);
const failed = failedTests === 0 && statuses.some((status) => status !== 0) ? 1 : failedTests;

process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
