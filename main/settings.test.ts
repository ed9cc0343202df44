import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readSettings } from "./settings.ts";

describe("settings from the environment", () => {
  it("are the app's own choice by default", () => {
    const own = { userData: null, config: null, dataDir: null, port: null, servicesApart: false };
    expect(readSettings({ PATH: "/usr/bin" })).toEqual(own);
    expect(readSettings({ DIGESTER_PORT: "", DIGESTER_DATA: "" })).toEqual(own);
  });

  it("are what the person says", () => {
    expect(
      readSettings({
        DIGESTER_USER_DATA: "kept",
        DIGESTER_CONFIG: "c.json",
        DIGESTER_DATA: "/data",
        DIGESTER_PORT: "0",
        DIGESTER_SERVICE_HOST: "process",
      }),
    ).toEqual({
      userData: resolve("kept"),
      config: resolve("c.json"),
      dataDir: resolve("/data"),
      port: 0,
      servicesApart: true,
    });
  });

  it.each([
    ["DIGESTER_PORT", "70000"],
    ["DIGESTER_PORT", "http"],
    ["DIGESTER_SERVICE_HOST", "elsewhere"],
  ])("that cannot be are refused by name: %s=%s", (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(name);
  });
});
