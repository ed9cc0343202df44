import { expect, it } from "vitest";
import { tooOld } from "./node-version.ts";

it("refuses a Node that is too old, and no other", () => {
  for (const version of ["20.19.0", "20.20.2", "22.0.0", "100.1.0"]) {
    expect(tooOld(version, ">=20.19")).toBeNull();
  }
  for (const version of ["18.20.8", "20.9.0", "20.18.3", "9.99.0"]) {
    expect(tooOld(version, ">=20.19")).toBe(`This is Node ${version}. Needed is 20.19 or newer.`);
  }
});
