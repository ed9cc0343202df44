import { expect, it } from "vitest";
import { createLog, createLogTail, withoutSecrets } from "./log.ts";

it("keeps the newest lines of a log at hand", () => {
  const tail = createLogTail(2);
  const log = createLog("silent", tail);
  log.level = "info";
  for (const word of ["one", "two", "three", "four", "five"]) tail.write(`${word}\n`);
  expect(tail.lines()).toEqual(["four", "five"]);
});

it("gives no line away with a secret in it", () => {
  const line = '{"token":"s3cret","url":"http://ada:pw@h/x?token=abc&a=1","h":"Bearer xyz"}';
  expect(withoutSecrets(line, ["s3cret", ""])).toBe(
    '{"token":"…","url":"http://…@h/x?token=…&a=1","h":"Bearer …"}',
  );
});
