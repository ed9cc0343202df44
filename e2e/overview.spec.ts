import { join } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { expect, test } from "./fixtures.ts";
import { datasetInstruction } from "./large-matrix.ts";
import { startServices } from "./services-process.ts";
import { violationsOn } from "./violations.ts";

/** What a person sees at a glance, and where it leads. */

test("the first screen says that all is well, and then what failed and why", async ({
  page,
  api,
  services,
}) => {
  await expect(page).toHaveTitle(/^Overview/);
  await expect(page.getByText("All is well")).toBeVisible();
  await expect(page.getByText("No load ended in this time.")).toBeVisible();

  expect((await api.post("/api/v1/samples/vcf", { data: {} })).status()).toBe(201);
  const loads = page.getByRole("list", { name: "Loads by status" });
  await expect(loads.getByRole("link", { name: /^1\s*Completed/ })).toBeVisible({
    timeout: 30_000,
  });

  const source = join(services.dataDir, "files", "bad");
  await mkdir(source, { recursive: true });
  await writeFile(join(source, "matrix.txt"), "marker\tS1\tS2\nM1\tA/A\tA/Q\n");
  const instructions = datasetInstruction(source, join(services.dataDir, "loader", "bad"));
  for (const key of ["bad_1", "bad_2"]) {
    await api.post("/api/v1/instructions", { data: { key, instructions } });
  }
  await expect(page.getByText("2 loads failed in the last 24 h")).toBeVisible({ timeout: 30_000 });
  const failed = page.getByRole("region", { name: /^Failed last/ });
  // One cause, both loads.
  await expect(failed.getByText(/matrix\.txt/)).toHaveCount(1);
  await expect(failed.getByRole("link", { name: "bad_1" })).toBeVisible();

  // The picture's numbers are there for whoever does not see it.
  const ended = page.getByRole("region", { name: "Loads that ended" });
  await expect(ended).toContainText("1 completed, 2 failed", { timeout: 20_000 });
  const picture = () =>
    ended.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  await page.emulateMedia({ colorScheme: "light" });
  const light = await picture();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(picture, "is drawn in the colours of the other scheme").not.toBe(light);
  await ended.getByRole("button", { name: "Loads that ended as a table" }).click();
  await expect(ended.getByRole("row").nth(1)).toContainText(/\d\d:\d\d/);

  // Beside the side bar: each tile in one line, and nothing over its edge.
  for (const width of [770, 850, 1000]) {
    await page.setViewportSize({ width, height: 900 });
    const tiles = await loads.getByRole("link").evaluateAll((links) =>
      links.map((link) => {
        const words = document.createRange();
        words.selectNodeContents(link);
        const [tile, inner] = [link.getBoundingClientRect(), words.getBoundingClientRect()];
        // A second line of words makes it 95 high.
        return { isLow: tile.height < 80, isWithin: inner.right <= tile.right };
      }),
    );
    expect(tiles).toHaveLength(5);
    expect(tiles).toEqual(tiles.map(() => ({ isLow: true, isWithin: true })));
  }

  await failed.getByRole("link", { name: "bad_2" }).click();
  await expect(page.getByRole("main", { name: /bad_2/ })).toBeVisible();
});

test("without a digester nothing can run: that is an error, with its remedy", async ({
  services,
  page,
}) => {
  // The digester of `services` ends with it; a web service alone has none.
  const dataDir = join(services.dataDir, "..", "alone");
  const alone = await startServices(["web", "--port", "0", "--data", dataDir]);
  try {
    const { url, token } = alone.announcement;
    const submitted = await fetch(`${url}/api/v1/samples/hapmap`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: "{}",
    });
    expect(submitted.status).toBe(201);
    await page.goto(`${url}/?token=${token}`);
    await expect(page.getByText("Nothing can run")).toBeVisible();
    await expect(page.getByRole("alert")).toContainText(`digester --web ${url}`);
    await expect(page.getByText(/1 load waits/)).toBeVisible();
  } finally {
    await alone.stop();
  }
});

test("keys, palette and list of keys lead everywhere", async ({ page, api }) => {
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await expect(page).toHaveURL(/\/digesters$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toContainText("Go to Digesters");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  const { key } = (await (await api.post("/api/v1/samples/vcf", { data: {} })).json()) as {
    key: string;
  };
  await page.keyboard.press("ControlOrMeta+k");
  await page
    .getByRole("searchbox")
    .or(page.getByPlaceholder(/command, or a job/))
    .first()
    .fill("theme dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");

  // At once: the palette that was left does not take the key.
  await page.keyboard.press(".");
  await page.getByPlaceholder(/command, or a job/).fill(key);
  await page.getByRole("button", { name: new RegExp(key) }).click();
  await expect(page.getByRole("main", { name: new RegExp(key) })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`no barrier that axe finds with charts, table and palette, ${colorScheme}`, async ({
    page,
    api,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await api.post("/api/v1/samples/vcf", { data: {} });
    await page.reload();
    await expect(page.locator("canvas").first()).toBeVisible({ timeout: 30_000 });
    await page.getByRole("button", { name: "Time in line as a table" }).click();
    // A tooltip lies outside the landmarks, as everything that floats.
    await page.mouse.move(0, 400);
    await expect(page.getByRole("tooltip")).toHaveCount(0);
    const barriers = async (): Promise<string[]> => {
      const violations = await violationsOn(page);
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    };
    expect(await barriers()).toEqual([]);
    await page.keyboard.press("ControlOrMeta+k");
    await expect(page.getByPlaceholder(/command, or a job/)).toBeVisible();
    expect(await barriers()).toEqual([]);
  });
}
