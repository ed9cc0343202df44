import { describe, expect, it } from "vitest";
import { pathOfLink, readLaunch } from "./deep-link.ts";

describe("deep links", () => {
  it.each([
    ["digester://jobs", "/jobs"],
    ["digester://jobs/", "/jobs"],
    ["digester://jobs/7", "/jobs/7"],
    ["digester://jobs/data_20261124_101500_001", "/jobs/data_20261124_101500_001"],
    ["digester://submit", "/submit"],
    ["digester://submit?token=x", "/submit"],
    ["digester://jobs/7/requeue", null],
    ["digester://jobs/../api/v1/jobs", null],
    ["digester://jobs/%2e%2e/%2e%2e/api/v1", null],
    ["digester://jobs/x%2fy", null],
    ["digester:///jobs", null],
    ["digester://api/v1/jobs", null],
    ["digester://", null],
    ["https://jobs/7", null],
    ["javascript:alert(1)", null],
    ["--flag", null],
    ["", null],
  ])("%s leads to %s", (link, path) => {
    expect(pathOfLink(link)).toBe(path);
  });
});

describe("a command line", () => {
  it("may name a place", () => {
    expect(readLaunch(["--allow-file-access", "digester://jobs/7"])).toEqual({
      kind: "navigate",
      path: "/jobs/7",
    });
  });

  it("may name an instruction file", () => {
    expect(readLaunch([".", "--original-process-start-time=1", "panel.JSON"])).toEqual({
      kind: "instruction",
      file: "panel.JSON",
    });
  });

  it("may name nothing", () => {
    expect(readLaunch([])).toEqual({ kind: "none" });
    expect(readLaunch([".", "--config=x.json"])).toEqual({ kind: "none" });
  });
});
