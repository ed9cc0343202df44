import { expect, it } from "vitest";
import { toAppError } from "./request.ts";

it("keeps the service's own words", () => {
  const error = toAppError(409, {
    error: { code: "duplicate_key", message: "There is one already.", hint: "Choose another." },
  });
  expect(error).toMatchObject({
    code: "duplicate_key",
    message: "There is one already.",
    hint: "Choose another.",
  });
});

it("finds words for an answer that is not the service's, such as a proxy's", () => {
  expect(toAppError(401, "<html>").code).toBe("unauthenticated");
  expect(toAppError(502, "<html>")).toMatchObject({
    code: "unavailable",
    message: "The web service answered with HTTP status 502.",
  });
});
