import { expect, it } from "vitest";
import { optionWords } from "./option-words.ts";

it("says a strategy's options in words, and none that says nothing", () => {
  expect(optionWords({ halfLifeHours: 24, weights: {}, parts: [], timeZone: "UTC" })).toBe(
    "half life hours: 24 · time zone: UTC",
  );
  expect(optionWords({ weights: { ana: 2, ben: 0.5 } })).toBe("weights: ana 2, ben 0.5");
  expect(optionWords({ weights: {} })).toBe("");
  const fair = { name: "fair-share", options: { halfLifeHours: 24, weights: {} } };
  expect(optionWords({ parts: [{ name: "first-come" }, fair, 3] })).toBe(
    "parts: first-come, fair-share (half life hours: 24), 3",
  );
});
