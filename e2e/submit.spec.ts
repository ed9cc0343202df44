import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { violationsOn } from "./violations.ts";
import { datasetInstruction } from "./large-matrix.ts";

/** What a person does: submit, watch, look at the result, do it again. */

async function writeMatrix(directory: string, calls: readonly string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const rows = calls.map((call, i) => `M${i + 1}\tA/A\t${call}`);
  await writeFile(join(directory, "matrix.txt"), ["marker\tS1\tS2", ...rows, ""].join("\n"));
}

function jsonFile(name: string, content: unknown) {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return { name, mimeType: "application/json", buffer: Buffer.from(text) };
}

function paste(page: Page, text: string): Promise<void> {
  // The editor virtualises its lines, so text is put in as a paste would.
  return page.getByRole("textbox", { name: /instruction/i }).fill(text);
}

test("a sample goes from submit to its result, live", async ({ page, services }) => {
  await page.getByRole("link", { name: "Submit", exact: true }).click();
  await page.getByRole("button", { name: "Submit HapMap" }).click();

  await expect(page).toHaveURL(/\/jobs\/1$/);
  await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible({
    timeout: 30_000,
  });
  const tables = page.getByRole("region", { name: "Tables" });
  await expect(tables.getByRole("row")).toHaveCount(10);
  await expect(tables.getByRole("row", { name: /^matrix/ })).toContainText("300");

  // What the page shows is what lies on the disk.
  const { dataDir } = services;
  const path = await tables.getByText(/digest\.matrix$/).textContent();
  const matrix = await readFile(path?.startsWith("/") === true ? path : join(dataDir, path ?? ""));
  expect(matrix.toString().split("\n")).toHaveLength(301);

  await page.getByRole("tab", { name: "Events" }).click();
  for (const message of ["Beginning Digest", "Beginning Validation", "Successful Data Load"]) {
    await expect(page.getByText(message).first()).toBeVisible();
  }

  await page.getByRole("button", { name: "Requeue" }).click();
  await expect(page.getByText(/attempt 2/i).first()).toBeVisible({ timeout: 30_000 });
});

test("the list of jobs follows what others submit", async ({ page, api }) => {
  await page.getByRole("link", { name: /^Jobs/ }).click();
  await expect(page.getByText(/no jobs/i).first()).toBeVisible();
  expect((await api.post("/api/v1/samples/vcf", { data: {} })).status()).toBe(201);
  const row = page.getByRole("row", { name: /vcf_/ });
  await expect(row).toBeVisible();
  await expect(row).toContainText("Completed", { timeout: 30_000 });
});

test("pasted JSON is checked while one types, and its failure says what to mend", async ({
  page,
  services,
}) => {
  await page.getByRole("link", { name: "Submit", exact: true }).click();
  await page.getByRole("tab", { name: "Paste JSON" }).click();
  const submit = page.getByRole("button", { name: "Submit", exact: true });

  await paste(page, '[{"table": "marker", "gobiiFileColumns": [{"gobiiColumnType": "CSV_COL"}]}]');
  await expect(page.getByText(/expected one of CSV_COLUMN/).first()).toBeVisible();
  await expect(submit).toBeDisabled();

  const source = join(services.dataDir, "files", "bad");
  await writeMatrix(source, ["A/G", "A/Q"]);
  const destination = join(services.dataDir, "loader", "digest", "bad");
  await paste(page, JSON.stringify(datasetInstruction(source, destination)));
  await submit.click();

  await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/matrix\.txt/).first()).toBeVisible();
  await expect(page.getByText(/line 3/i).first()).toBeVisible();
});

test("keys and values of an instruction are offered while one types", async ({ page }) => {
  await page.goto("/submit?tab=paste");
  const editor = page.getByRole("textbox", { name: "Instruction" });
  await editor.click();
  await page.keyboard.type('[{"gob');
  const offered = page.getByRole("listbox", { name: "Completions" });
  await expect(offered.getByRole("option").first()).toContainText("gobii");
  await page.keyboard.type("iFileCol");
  await expect(offered.getByRole("option")).toHaveCount(1);
  // What is offered is not taken at once, so that a key typed before does not choose.
  await page.waitForTimeout(150);
  await page.keyboard.press("Enter");
  await page.keyboard.type('[{"gobiiColumnType": "CSV_B');
  await expect(offered.getByRole("option")).toHaveText(['"CSV_BOTH"']);
  await page.waitForTimeout(150);
  await page.keyboard.press("Enter");
  await expect(editor).toHaveText('[{"gobiiFileColumns": [{"gobiiColumnType": "CSV_BOTH"');
  await page.keyboard.type(", ");
  await page.keyboard.press("Control+Space");
  await expect(offered.getByRole("option", { name: /"rCoord"/ })).toBeVisible();
  // The list is scrolled by the arrow keys in the text, of which that rule does not know.
  const barriers = (await violationsOn(page)).map(({ id }) => id);
  expect(barriers.filter((id) => id !== "scrollable-region-focusable")).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(offered).toBeHidden();
});

test("pasted JSON survives a reload until it is sent", async ({ page }) => {
  await page.goto("/submit");
  await page.getByRole("tab", { name: "Paste JSON" }).click();
  const editor = page.getByRole("textbox", { name: "Instruction" });
  await editor.click();
  await page.keyboard.insertText('[{"table": "marker", "half": ');
  await expect(page).toHaveURL(/tab=paste/);
  await expect.poll(() => page.evaluate(() => JSON.stringify(sessionStorage))).toContain("half");
  await page.reload();
  await expect(editor).toContainText('"half"');
});

test("several instruction files go out together; what is wrong or refused keeps back none", async ({
  page,
  services,
}) => {
  const { dataDir } = services;
  const instruction = async (name: string, under = dataDir): Promise<object[]> => {
    const source = join(under, "files", name);
    if (under === dataDir) await writeMatrix(source, ["A/G", "C/C"]);
    return datasetInstruction(source, join(under, "loader", "digest", name));
  };
  await page.getByRole("link", { name: "Submit", exact: true }).click();
  await page.getByRole("tab", { name: "Instruction file" }).click();
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (
    await choosing
  ).setFiles([
    jsonFile("first.json", await instruction("first")),
    jsonFile("pair.json", [await instruction("pair-a"), await instruction("pair-b")]),
    jsonFile("elsewhere.json", await instruction("x", "/nowhere")),
    jsonFile("broken.json", '[{"table": "marker",}]'),
  ]);

  const list = page.getByRole("region", { name: "Instructions" });
  await expect(list.getByRole("heading", { name: "5 instructions" })).toBeVisible();
  await expect(list.getByText("1 with problems")).toBeVisible();
  await expect(list.getByRole("row", { name: /broken/ })).toContainText("Line 1: This is not JSON");
  await page.getByRole("button", { name: "Submit 4 loads" }).click();

  await expect(list.getByRole("link", { name: "first" })).toBeVisible();
  await expect(list.getByRole("link", { name: "pair-2" })).toBeVisible();
  await expect(list.getByRole("row", { name: /elsewhere/ })).toContainText("/nowhere");
  await expect(page.getByRole("button", { name: "Submit 1 load" })).toBeEnabled();

  await list
    .getByRole("row", { name: /broken/ })
    .getByRole("button", { name: "Mend it" })
    .click();
  await expect(page.getByRole("textbox", { name: "Instruction" })).toContainText("marker");
  await page.getByRole("button", { name: "Other file" }).click();
  await expect(list.getByRole("heading", { name: "5 instructions" })).toBeVisible();
});

test("a file that was mended and is dropped again is read again, though it is called and as long as before", async ({
  page,
}) => {
  await page.getByRole("link", { name: "Submit", exact: true }).click();
  await page.getByRole("tab", { name: "Instruction file" }).click();
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (await choosing).setFiles([jsonFile("load.json", '[{"table": "marker1"}]')]);
  const editor = page.getByRole("textbox", { name: "Instruction" });
  await expect(editor).toContainText("marker1");
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['[{"table": "marker2"}]'], "load.json", { type: "application/json" }));
    return data;
  });
  const shown = page.getByText("load.json");
  await shown.dispatchEvent("dragover", { dataTransfer: dropped });
  await shown.dispatchEvent("drop", { dataTransfer: dropped });
  await expect(editor).toContainText("marker2");
});

test("the regulator in force and the attached digester are shown", async ({ page }) => {
  await page.getByRole("link", { name: "Digesters" }).click();
  await expect(page.getByText("First come, first served").first()).toBeVisible();
});
