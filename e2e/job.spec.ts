import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { APIRequestContext, Page } from "@playwright/test";
import { withCrops } from "./configured-services.ts";
import { expect, test } from "./fixtures.ts";
import { datasetInstruction } from "./large-matrix.ts";
import { violationsOn } from "./violations.ts";

/** What a person does with one job: looks at what came of it, finds what is wrong, mends it, tells a colleague. */

async function ended(api: APIRequestContext, id: number): Promise<string> {
  const status = async (): Promise<string> =>
    ((await (await api.get(`/api/v1/jobs/${id}`)).json()) as { status: string }).status;
  await expect.poll(status, { timeout: 30_000 }).toMatch(/completed|failed/);
  return status();
}

async function barriers(page: Page): Promise<string[]> {
  const violations = await violationsOn(page);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

test("a threshold is dragged or moved by keys, and filters the list beside its picture alone", async ({
  page,
  api,
}) => {
  const made = await api.post("/api/v1/samples/hapmap", { data: {} });
  const { job } = (await made.json()) as { job: { id: number } };
  expect(await ended(api, job.id)).toBe("completed");
  await page.goto(`/jobs/${job.id}`);
  await page.getByRole("tab", { name: "Quality" }).click();
  const line = page.getByRole("slider", { name: "Threshold of call rate by marker" });
  const below = page.getByRole("region", { name: "Call rate by marker, below the threshold" });
  const other = page.getByRole("region", { name: "Call rate by sample, below the threshold" });
  await expect(below.getByText("5 markers below 0.8")).toBeVisible();
  await expect(other.getByText("2 samples below 0.8")).toBeVisible();

  const box = (await line.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const at = (share: number): number => box.x + 10 + (box.width - 20) * share;
  await page.mouse.move(at(0.8), box.y + box.height / 3);
  await page.mouse.down();
  await page.mouse.move(at(0.9), box.y + box.height / 2, { steps: 4 });
  await page.mouse.move(at(1), box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(line).toHaveValue("1");
  const all = below.getByText(/^\d+ markers below 1$/);
  await expect(all).toBeVisible();
  const asked = `/api/v1/jobs/${job.id}/quality/markers/below?figure=call_rate&under=1`;
  const { count } = (await (await api.get(asked)).json()) as { count: number };
  await expect(all).toHaveText(`${count} markers below 1`);
  await expect(other.getByText("2 samples below 0.8")).toBeVisible();

  await line.press("Home");
  await expect(below.getByText("0 markers below 0")).toBeVisible();
  await expect(below.getByRole("listitem")).toHaveCount(0);
  await page.getByRole("slider", { name: "Threshold of minor allele frequency" }).press("PageUp");
  await expect(page.getByText(/^\d+ markers below 0\.1$/)).toBeVisible();
});

for (const scheme of ["light", "dark"] as const) {
  test(`shows the first rows of each file and the quality of the matrix, ${scheme}`, async ({
    page,
    api,
  }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const made = await api.post("/api/v1/samples/hapmap", { data: {} });
    const { job } = (await made.json()) as { job: { id: number } };
    expect(await ended(api, job.id)).toBe("completed");
    await page.goto(`/jobs/${job.id}`);

    await page.getByRole("button", { name: "marker", exact: true }).click();
    const grid = page.getByRole("region", { name: "First rows of marker" });
    await expect(grid.getByRole("columnheader", { name: "name", exact: true })).toBeVisible();
    await expect(grid.getByRole("row")).toHaveCount(13);
    expect(await barriers(page)).toEqual([]);

    await page.getByRole("tab", { name: "Quality" }).click();
    const picture = page.getByRole("region", { name: "Call rate by marker", exact: true });
    const below = page.getByRole("region", { name: "Call rate by marker, below the threshold" });
    await expect(below.getByText(/^5 markers below 0\.8$/)).toBeVisible();
    await expect(below.getByRole("listitem")).toHaveCount(5);
    await picture.getByRole("button", { name: "Call rate by marker as a table" }).click();
    await expect(picture.getByRole("columnheader", { name: "Markers" })).toBeVisible();
    const [csv] = await Promise.all([
      page.waitForEvent("download"),
      picture.getByRole("button", { name: "Call rate by marker as CSV" }).click(),
    ]);
    expect(await readFile(await csv.path(), "utf8")).toMatch(/^Call rate by marker,Markers\r\n/);
    const map = page.getByRole("region", { name: "Missing calls", exact: true });
    const [png] = await Promise.all([
      page.waitForEvent("download"),
      map.getByRole("button", { name: "Missing calls as PNG" }).click(),
    ]);
    expect((await readFile(await png.path())).subarray(1, 4).toString()).toBe("PNG");
    expect(await barriers(page)).toEqual([]);
  });
}

test("an error marks its cell as the digest read it: between semicolons, in quotes", async ({
  page,
  api,
  services,
}) => {
  const source = join(services.dataDir, "files", "quoted");
  await mkdir(source, { recursive: true });
  await writeFile(join(source, "matrix.csv"), 'marker;S1;S2\n"M;1";A/A;A/G\n"M;2";A/A;"A/Q"\n');
  const text = JSON.stringify(
    datasetInstruction(source, join(services.dataDir, "loader", "digest", "quoted")),
  ).replaceAll('"delimiter":"\\\\t"', '"delimiter":";","quotes":true');
  const instructions: unknown = JSON.parse(text);
  const made = await api.post("/api/v1/instructions", { data: { key: "quoted_1", instructions } });
  const { job } = (await made.json()) as { job: { id: number } };
  expect(await ended(api, job.id)).toBe("failed");
  await page.goto("/jobs?status=failed");
  await expect(page.getByRole("row", { name: /quoted_1/ })).toContainText(
    'matrix.csv:3, sample S2: The call is "A/Q"; expected',
  );
  await page.goto(`/jobs/${job.id}`);
  const lines = page.getByRole("region", { name: /^Lines of .*matrix\.csv$/ }).first();
  await expect(lines.locator("mark")).toHaveText('"A/Q"');
});

test("an error shows the lines at fault; the report holds them; the edit is compared and submitted", async ({
  page,
  api,
  services,
}) => {
  test.setTimeout(120_000);
  const source = join(services.dataDir, "files", "bad");
  await mkdir(source, { recursive: true });
  await writeFile(join(source, "matrix.txt"), "marker\tS1\tS2\nM1\tA/A\tA/G\nM2\tA/A\tA/Q\n");
  const destination = join(services.dataDir, "loader", "digest", "bad");
  const made = await api.post("/api/v1/instructions", {
    data: { key: "bad_1", instructions: datasetInstruction(source, destination) },
  });
  const { job } = (await made.json()) as { job: { id: number } };
  expect(await ended(api, job.id)).toBe("failed");
  await page.goto(`/jobs/${job.id}`);
  const lines = page.getByRole("region", { name: /^Lines of .*matrix\.txt$/ }).first();
  await expect(lines.locator("mark")).toHaveText("A/Q");
  await expect(lines).toContainText("M1");
  const errors = page.getByRole("region", { name: "Errors" });
  await expect(errors).toContainText(
    'The call is "A/Q"; expected two alleles of A, C, G, T, N, + or -. Correct it, or write N for a missing call.',
  );
  await expect(errors).toContainText("matrix.txt, line 3, column 3, sample S2, marker M2");
  await expect(errors).toContainText("In GOBii’s words: SNPSepRemoval Unsupported Allele Call A Q");
  expect(await barriers(page)).toEqual([]);

  const [report] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Report" }).click(),
  ]);
  const html = await readFile(await report.path(), "utf8");
  expect(report.suggestedFilename()).toBe("bad_1.html");
  expect(html).toContain("<mark>");
  expect(html).toContain("A/Q");
  expect(html).not.toContain("<script");

  await page.getByRole("link", { name: "Edit and submit again" }).click();
  const edited = page.getByRole("textbox", { name: "Edited instruction" });
  await expect(edited).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  const text = JSON.stringify(datasetInstruction(source, `${destination}_2`), null, 2);
  // As a paste over everything: the editor draws only what is in sight.
  await edited.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("[{");
  await page.keyboard.press("Control+Space");
  await expect(page.getByRole("option", { name: /"gobiiFileColumns"/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
  await expect(page.getByText("The edit is a right instruction.")).toBeVisible();
  // A reload costs nothing of it.
  await page.reload();
  await expect(page.getByText("The edit is a right instruction.")).toBeVisible();
  await page.getByRole("button", { name: "Submit again" }).click();
  await expect(page).toHaveURL(/\/jobs\/2$/);
  await page.getByRole("tab", { name: "Instruction" }).click();
  // What is looked at is in the link.
  await page.reload();
  await expect(page.getByRole("tab", { name: "Instruction" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await page.getByRole("button", { name: "Compare with the original" }).click();
  await expect(page.locator(".cm-changedText").first()).toBeVisible();
});

/** Of a crop whose matrices are also wanted for other tools. */
const withOutputs = withCrops({ dev: { also: ["vcf", "hapmap", "plink", "parquet"] } });

withOutputs(
  "files are looked at and taken along, in every format; one that was moved away says so",
  async ({ page, api }) => {
    test.setTimeout(120_000);
    const made = await api.post("/api/v1/samples/hapmap", { data: {} });
    const { job } = (await made.json()) as { job: { id: number; key: string } };
    expect(await ended(api, job.id)).toBe("completed");
    await page.goto(`/jobs/${job.id}`);

    const tables = page.getByRole("region", { name: "Tables" });
    await expect(tables.getByRole("row", { name: /^matrix/ })).toContainText("kB");
    const [marker] = await Promise.all([
      page.waitForEvent("download"),
      tables.getByRole("link", { name: "Download digest.marker", exact: true }).click(),
    ]);
    expect(marker.suggestedFilename()).toBe(`${job.key}.digest.marker`);
    expect((await readFile(await marker.path(), "utf8")).split("\n")[0]).toContain("name");

    const others = page.getByRole("region", { name: "Other formats" });
    await expect(others.getByRole("link", { name: /^Download matrix\./ })).toHaveCount(6);
    const [parquet] = await Promise.all([
      page.waitForEvent("download"),
      others.getByRole("link", { name: "Download matrix.parquet" }).click(),
    ]);
    const bytes = await readFile(await parquet.path());
    expect([bytes.subarray(0, 4), bytes.subarray(-4)].map(String)).toEqual(["PAR1", "PAR1"]);

    for (const [format, first] of [
      ["VCF", "#CHROM"],
      ["HapMap", "rs#"],
    ] as const) {
      await others.getByRole("button", { name: format, exact: true }).click();
      const grid = others.getByRole("region", { name: `First rows of ${format}` });
      await expect(grid.getByRole("columnheader").first()).toHaveText(first);
      await expect(grid.getByRole("row")).toHaveCount(13);
      await expect(others).toContainText("The first 12 of 300 rows");
    }
    await expect(others.getByRole("button", { name: /^(PLINK|Parquet)$/ })).toHaveCount(0);
    expect(await barriers(page)).toEqual([]);

    const path = (await others.getByText(/matrix\.vcf$/).textContent()) ?? "";
    await rename(path, `${path}.taken`);
    await page.reload();
    await expect(others.getByRole("row", { name: /VCF/ })).toContainText(
      "no longer where the job put it",
    );
    await expect(others.getByRole("link", { name: "Download matrix.vcf" })).toHaveCount(0);
    await others.getByRole("button", { name: "VCF", exact: true }).click();
    await expect(others).toContainText(
      /The file cannot be shown: .*matrix\.vcf cannot be read: there is no such file/,
    );
    expect(await barriers(page)).toEqual([]);
  },
);
