import { expect, test } from "./fixtures.ts";

const screens = [
  { path: "/", what: "The jobs could not be read" },
  { path: "/jobs", what: "The jobs could not be read" },
  { path: "/jobs/1", what: "The job could not be read" },
  { path: "/digesters", what: "The digesters could not be read" },
  { path: "/regulator", what: "The digesters could not be read" },
  { path: "/activity", what: "The events could not be read" },
  { path: "/settings", what: "The configuration could not be read" },
] as const;

test("a screen says what it could not be told, keeps saying so, and shows it once it is told", async ({
  page,
  context,
  api,
}) => {
  test.slow();
  await api.post("/api/v1/samples/hapmap", { data: {} });
  await expect(page.getByTestId("live-mark")).toHaveText("live");
  await context.route(isData, (route) =>
    route.fulfill({ status: 502, contentType: "text/html", body: "<h1>502 Bad Gateway</h1>" }),
  );
  const tabs = [];
  for (const { path, what } of screens) {
    const tab = await context.newPage();
    await tab.goto(path);
    tabs.push({ path, tab, fault: tab.getByRole("alert").filter({ hasText: what }) });
  }
  for (const { tab, path, fault } of tabs) {
    await tab.bringToFront();
    await expect(fault, path).toContainText("HTTP status 502");
    await expect(fault.getByRole("button", { name: "Try again" })).toBeVisible();
    await expect(tab.locator("body")).not.toContainText("<h1>");
  }
  await context.unroute(isData);
  for (const { tab, path, fault } of tabs) {
    await tab.bringToFront();
    await expect(fault, path).toBeHidden();
    await expect(tab.locator(".mantine-Skeleton-root"), path).toHaveCount(0);
  }
});

function isData(url: URL): boolean {
  return url.pathname.startsWith("/api/v1/") && url.pathname !== "/api/v1/about";
}
