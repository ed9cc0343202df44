import { expect, it } from "vitest";
import { commandLog } from "./command-log.ts";

it("knows the levels that DIGESTER_LOG may name, and says which they are", () => {
  expect(commandLog(undefined, "silent").level).toBe("silent");
  expect(() => commandLog(undefined, "loud")).toThrow(
    'DIGESTER_LOG is "loud". Expected one of trace, debug, info, warn, error, fatal, silent.',
  );
});
