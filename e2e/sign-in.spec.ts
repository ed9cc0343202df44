import { expect, test } from "./fixtures.ts";

test("what is typed to sign in stays, however long it takes", async ({ page, context }) => {
  await context.clearCookies();
  await page.clock.install();
  await page.goto("/");
  const token = page.getByLabel("Access token");
  await token.fill("half of it");
  // Whatever is asked from now on has no answer.
  await page.route("**/api/v1/about", () => undefined);
  await page.clock.runFor(40_000);
  await expect(token).toHaveValue("half of it");
});
