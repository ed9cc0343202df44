import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page, Route } from "@playwright/test";
import { withCrops } from "./configured-services.ts";
import { expect, test } from "./fixtures.ts";
import { violationsOn } from "./violations.ts";

/** A person who has a data file and no instruction: from the file to its digest. */

const hapmap = fileURLToPath(new URL("../resources/samples/hapmap/files/", import.meta.url));

async function openDataFiles(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Submit", exact: true }).click();
  await page.getByRole("tab", { name: "Data file" }).click();
}

async function choose(page: Page, ...files: { name: string; text: string }[]): Promise<void> {
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a data file" }).click();
  await (
    await choosing
  ).setFiles(
    files.map(({ name, text }) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) })),
  );
}

async function giveIds(page: Page): Promise<void> {
  await page.getByRole("textbox", { name: "Platform" }).fill("3");
  await page.getByRole("textbox", { name: "Experiment" }).fill("5");
  await page.getByRole("textbox", { name: "Data set" }).fill("17");
}

const matrix = (calls: string): string =>
  ["marker\tS1\tS2\tS3", `M1\t${calls}\tA/A\tG/G`, `M2\tC/C\tC/T\tT/T`, ""].join("\n");

test("a HapMap file of one's own is loaded: choose, look, submit, watch, open the result", async ({
  page,
  services,
}) => {
  await openDataFiles(page);
  const text = await readFile(`${hapmap}maize-panel.hmp.txt`, "utf8");
  await choose(page, { name: "my panel (2026).hmp.txt", text });

  await expect(page.getByText(/Recognised as HapMap/)).toBeVisible({ timeout: 15_000 });
  await page.getByRole("combobox", { name: "Template" }).click();
  await page.getByRole("option", { name: "HapMap", exact: true }).click();
  const grid = page.getByRole("group", { name: "Cells of the file" });
  await expect(grid.getByText("rs#", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Column 1: Marker name" })).toBeVisible();

  const made = page.getByRole("region", { name: "What it would make" });
  await made.getByRole("tab", { name: /^matrix/ }).click();
  await expect(made.getByRole("group", { name: "First rows of digest.matrix" })).toBeVisible();
  await made.getByRole("tab", { name: /^dataset_marker/ }).click();
  const rows = made.getByRole("tabpanel", { name: /^dataset_marker/ });
  await expect(rows.getByText("column 1, from row 2")).toBeVisible();
  await expect(page.getByRole("button", { name: "Submit", exact: true })).toBeDisabled();

  await giveIds(page);
  await page.getByRole("button", { name: "Submit", exact: true }).click();
  await expect(page).toHaveURL(/\/jobs\/1$/);
  await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible({
    timeout: 30_000,
  });
  await page.getByRole("button", { name: "matrix", exact: true }).click();
  const result = page.getByRole("region", { name: "First rows of matrix" });
  await expect(result.getByRole("cell").first()).toBeVisible();
  const path = await page
    .getByText(/digest\.matrix$/)
    .first()
    .textContent();
  expect(path).toContain("my-panel-2026");
  const directory = `${services.dataDir}/loader/digest`;
  const [, folder = ""] = /(my-panel-2026-[0-9-]+)/.exec(path ?? "") ?? [];
  const markers = await readFile(`${directory}/${folder}/digest.dataset_marker`, "utf8");
  expect(markers.split("\n")[1]).toContain("17");
});

test("what was found out can be changed: a column's meaning, where the calls begin; and kept as a template", async ({
  page,
}) => {
  await openDataFiles(page);
  await choose(page, { name: "calls.txt", text: matrix("A/G") });
  await page.getByRole("button", { name: "Column 1: Marker name" }).click();
  await page.getByRole("menuitem", { name: "Means nothing" }).click();
  await expect(page.getByRole("checkbox", { name: "Genotypes" })).toBeDisabled();
  await page.getByRole("button", { name: "Column 1: means nothing" }).click();
  await page.getByRole("menuitem", { name: "Marker name" }).click();

  const grid = page.getByRole("group", { name: "Cells of the file" });
  await grid.getByText("C/T", { exact: true }).click();
  await page.getByRole("button", { name: "The calls begin here" }).click();
  await expect(page.getByText("The calls begin in row 3, column 3.")).toBeVisible();
  await page.getByRole("button", { name: "They begin where it was found" }).click();

  await page.getByRole("button", { name: "Save as template" }).click();
  await page.getByRole("textbox", { name: "Name of the template" }).fill("Our matrices");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Another file" }).click();
  await choose(page, { name: "more.txt", text: matrix("G/G") });
  await page.getByRole("combobox", { name: "Template" }).click();
  await page.getByRole("option", { name: "Our matrices" }).click();
  await expect(page.getByRole("button", { name: "Column 1: Marker name" })).toBeVisible();
});

const templateOf = (page: Page) => page.getByRole("combobox", { name: "Template" });

async function saveAs(page: Page, name: string, by: string): Promise<void> {
  await page.getByRole("button", { name: "Save as template" }).click();
  await page.getByRole("textbox", { name: "Name of the template" }).fill(name);
  await page.getByRole("textbox", { name: "Saved by" }).fill(by);
  await page.getByRole("button", { name: "Save", exact: true }).click();
}

async function sayOfColumn1(page: Page, word: string): Promise<void> {
  await page.getByRole("button", { name: /^Column 1:/ }).click();
  await page.getByRole("menuitem", { name: word }).click();
}

test("a template saved in one browser is used in another, replaced only by who was told whose it is, and put back", async ({
  page,
  browser,
  services,
}) => {
  const context = await browser.newContext({
    baseURL: services.url,
    storageState: await page.context().storageState(),
  });
  const colleague = await context.newPage();
  await colleague.goto("/");
  for (const each of [page, colleague]) {
    await openDataFiles(each);
    await choose(each, { name: "calls.txt", text: matrix("A/G") });
    await expect(each.getByRole("button", { name: "Column 1: Marker name" })).toBeVisible();
  }
  await sayOfColumn1(page, "Means nothing");
  await saveAs(page, "Our matrices", "Ada");
  await expect(page.getByText(/^Saved by Ada/)).toBeVisible();
  await expect(templateOf(page)).toHaveValue("Our matrices");

  await templateOf(colleague).click();
  await colleague.getByRole("option", { name: /^Our matrices\s*Ada,/ }).click();
  await expect(colleague.getByRole("button", { name: "Column 1: means nothing" })).toBeVisible();
  await sayOfColumn1(colleague, "Marker name");
  await saveAs(colleague, "Our matrices", "Ben");
  const question = colleague.getByRole("dialog", { name: "Replace “Our matrices”?" });
  await expect(question.getByText(/It was saved by Ada/)).toBeVisible();
  await question.getByRole("button", { name: "Replace" }).click();
  await expect(page.getByText(/^Saved by Ben/)).toBeVisible();
  await colleague.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText(/^Saved by Ada/)).toBeVisible();

  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Name of the template" }).fill("Matrices 2026");
  await page.getByRole("button", { name: "Rename" }).click();
  await expect(templateOf(page)).toHaveValue("Matrices 2026");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const deleted = page.getByRole("alert").filter({ hasText: "Deleted “Matrices 2026”." });
  await templateOf(colleague).click();
  await expect(colleague.getByRole("option", { name: "Matrices 2026" })).toHaveCount(0);
  await deleted.getByRole("button", { name: "Undo" }).click();
  await expect(colleague.getByRole("option", { name: "Matrices 2026" })).toBeVisible();
  await context.close();
});

test("templates that only this browser has are given to the lab, and forgotten here", async ({
  page,
  api,
}) => {
  const ids = { project: null, platform: 3, experiment: 5, mapset: null, dataset: 17 };
  const found = { format: "TWO_LETTER_MATRIX", orientation: null, dataSetType: null, corner: null };
  const kept = [
    {
      name: "Of my own",
      mapping: { ...found, columns: { 0: null }, rows: {} },
      plan: { parts: null, ids },
    },
  ];
  await page.evaluate((text) => {
    localStorage.setItem("digester-templates", text);
  }, JSON.stringify(kept));
  await page.reload();
  await openDataFiles(page);
  await choose(page, { name: "calls.txt", text: matrix("A/G") });
  await page.getByRole("combobox", { name: "Template" }).click();
  await page.getByRole("option", { name: "Of my own" }).click();
  await page.getByRole("button", { name: "Give to the lab" }).click();
  await expect(page.getByText("The lab has your templates now.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Give to the lab" })).toHaveCount(0);
  await expect(page.getByText(/^Saved by the console/)).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem("digester-templates"))).toBe("[]");
  const { templates } = await (await api.get("/api/v1/templates")).json();
  expect(templates).toMatchObject(kept);
});

test("a reload costs nothing of what was said; Back leads to the choice of a file", async ({
  page,
}) => {
  await openDataFiles(page);
  await choose(page, { name: "mine.txt", text: matrix("A/G") });
  const platform = page.getByRole("textbox", { name: "Platform" });
  await expect(platform).toBeVisible({ timeout: 15_000 });
  await giveIds(page);
  await page.getByRole("textbox", { name: /^Name/ }).fill("my_own_name");
  await page.getByRole("button", { name: /^Column 1:/ }).click();
  await page.getByRole("menuitem", { name: "Sample name" }).click();
  await expect(page.getByRole("button", { name: "Column 1: Sample name" })).toBeVisible();

  await page.reload();
  await expect(platform).toHaveValue("3");
  await expect(page.getByRole("textbox", { name: "Data set" })).toHaveValue("17");
  await expect(page.getByRole("textbox", { name: /^Name/ })).toHaveValue("my_own_name");
  await expect(page.getByRole("button", { name: "Column 1: Sample name" })).toBeVisible();

  await page.goBack();
  await expect(page.getByRole("button", { name: "Choose a data file" })).toBeVisible();
  await page.goForward();
  await expect(platform).toHaveValue("3");
});

test("another template, and going on as JSON, cost nothing of what was said of the load", async ({
  page,
}) => {
  await openDataFiles(page);
  await choose(page, { name: "mine.txt", text: matrix("A/G") });
  const name = page.getByRole("textbox", { name: /^Name/ });
  await name.fill("my_own_name");
  await giveIds(page);
  await page.getByRole("textbox", { name: /^Priority/ }).fill("7");
  await page.getByRole("checkbox", { name: /^Hold/ }).check();
  const looked = page.waitForResponse(/\/api\/v1\/preview$/);
  await templateOf(page).click();
  await page.getByRole("option", { name: "IUPAC matrix" }).click();
  await looked;
  await expect(templateOf(page)).toHaveValue("IUPAC matrix");
  await expect(page.getByText(/^Recognised as/)).toHaveCount(0);
  const stillThere = async (): Promise<void> => {
    await expect(name.filter({ visible: true })).toHaveValue("my_own_name");
    const priority = page.getByRole("textbox", { name: /^Priority/ }).filter({ visible: true });
    await expect(priority).toHaveValue("7");
    await expect(
      page.getByRole("checkbox", { name: /^Hold/ }).filter({ visible: true }),
    ).toBeChecked();
  };
  await stillThere();
  await expect(page.getByRole("textbox", { name: "Data set" })).toHaveValue("17");
  await page.getByRole("button", { name: "Change the instruction as JSON" }).click();
  await expect(page).toHaveURL(/tab=paste/);
  await stillThere();
});

test("a file that was sent is looked at anew when it is chosen again", async ({ page }) => {
  await openDataFiles(page);
  await choose(page, { name: "mine.txt", text: matrix("A/G") });
  await giveIds(page);
  await sayOfColumn1(page, "Sample name");
  await sayOfColumn1(page, "Marker name");
  await page.getByRole("textbox", { name: "Platform" }).fill("99");
  await page.getByRole("button", { name: "Submit", exact: true }).click();
  await expect(page).toHaveURL(/\/jobs\/1$/);
  await page.goBack();
  await expect(page.getByRole("button", { name: "Column 1: Marker name" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Platform" })).toHaveValue("");
});

test("what is no data is said to be none, before anything is asked", async ({ page }) => {
  await openDataFiles(page);
  await choose(page, { name: "empty.txt", text: "" });
  await expect(page.getByText("empty.txt is empty: it has 0 bytes.")).toBeVisible();

  await choose(page, { name: "plot.txt", text: "%PDF-1.7 and what follows" });
  const told = page.getByRole("alert").filter({ hasText: "plot.txt is no genotype file" });
  await expect(told).toContainText("It begins as a PDF.", { timeout: 15_000 });
  await expect(page.getByRole("textbox", { name: "Platform" })).toBeHidden();
  await told.getByRole("button", { name: "Choose another file" }).click();
  await expect(page.getByRole("button", { name: "Choose a data file" })).toBeVisible();
});

test("a call that is none is told of before anything is submitted", async ({ page }) => {
  await openDataFiles(page);
  const rows = Array.from(
    { length: 40 },
    (_, n) => `M${n + 3}\tG/G\t${n === 30 ? "A/Q" : "A/A"}\tG/G`,
  );
  await choose(page, { name: "bad.txt", text: `${matrix("A/G")}${rows.join("\n")}\n` });
  await expect(page.getByText(/It would fail: 1 error/)).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText(/line 34/i).first()).toBeVisible();
});

test("several files are loaded the same way, each as a job of its own", async ({ page, api }) => {
  await openDataFiles(page);
  await choose(
    page,
    { name: "a.txt", text: matrix("A/G") },
    { name: "b.txt", text: matrix("G/G") },
  );
  await giveIds(page);
  await page.getByRole("button", { name: "Submit 2 loads" }).click();
  await expect(page).toHaveURL(/\/jobs/);
  const completed = async (): Promise<number> => {
    const body = (await (await api.get("/api/v1/jobs?status=completed")).json()) as {
      total: number;
    };
    return body.total;
  };
  await expect.poll(completed, { timeout: 30_000 }).toBe(2);
});

/** Drops a file onto an element as the file manager does. */
async function dropOn(page: Page, selector: string, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName = "", content = ""]) => {
      const made = new DataTransfer();
      made.items.add(new File([content], fileName, { type: "text/plain" }));
      return made;
    },
    [name, text],
  );
  await page.dispatchEvent(selector, "dragover", { dataTransfer: transfer });
  await page.dispatchEvent(selector, "drop", { dataTransfer: transfer });
}

test("a file dropped anywhere is taken: data is mapped, an instruction is looked over", async ({
  page,
}) => {
  await page.goto("/jobs");
  await dropOn(page, "main", "calls.txt", matrix("A/G"));
  await expect(page.getByRole("button", { name: "Column 1: Marker name" })).toBeVisible();
  await dropOn(page, "main", "other.txt", matrix("A/A"));
  await expect(page.getByText(/other\.txt$/).first()).toBeVisible();

  await dropOn(page, "main", "panel.json", "[]");
  await expect(page.getByText("panel.json")).toBeVisible();
  await expect(page).toHaveURL(/\/submit$/);
});

test("a file goes on being sent while one looks at other pages, and takes nobody away from them", async ({
  page,
}) => {
  const stopped: Route[] = [];
  await page.route(/\/api\/v1\/files\?folder=/, (route) => void stopped.push(route));
  await page.goto("/jobs");
  await dropOn(page, "main", "calls.txt", matrix("A/G"));
  await expect(page.getByText("Sending calls.txt")).toBeVisible();
  await page.getByRole("link", { name: "Digesters" }).click();
  await dropOn(page, "main", "other.txt", matrix("A/A"));
  await expect(page.getByText("Another one is being sent.")).toBeVisible();
  await page.getByRole("link", { name: "Submit" }).click();
  await page.getByRole("tab", { name: "Data file" }).click();
  await expect(page.getByText("Sending calls.txt")).toBeVisible();
  await dropOn(page, "main", "panel.json", "[]");
  await expect(page.getByText("panel.json")).toBeVisible();

  for (const route of stopped) await route.continue();
  await expect(page.getByText("calls.txt was sent.")).toBeVisible();
  await expect(page.getByText("panel.json")).toBeVisible();
  await page.getByRole("button", { name: "Say what is what" }).click();
  await expect(page.getByRole("button", { name: "Column 1: Marker name" })).toBeVisible();
  await expect(page.getByText("calls.txt was sent.")).toHaveCount(0);
});

for (const scheme of ["light", "dark"] as const) {
  test(`choosing and mapping a file have no barrier that axe finds, ${scheme}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openDataFiles(page);
    await expect(page.getByRole("button", { name: "Choose a data file" })).toBeVisible();
    expect(await violationsOn(page)).toEqual([]);
    await choose(page, { name: "calls.txt", text: matrix("A/G") });
    await expect(page.getByRole("region", { name: "What it would make" })).toBeVisible();
    expect(await violationsOn(page)).toEqual([]);
  });
}

const ofTwoCrops = withCrops({ maize: {}, rice: { encoding: "latin1", missing: ["-9"] } });

ofTwoCrops(
  "files are listed of the crop that is chosen, wherever one was before",
  async ({ page, api }) => {
    const file = { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("marker\tS1\n") };
    await api.post("/api/v1/files?crop=maize&folder=mine", { multipart: { file } });
    await openDataFiles(page);
    const browser = page.getByRole("region", { name: "Where the service can read it" });
    await browser.getByRole("button", { name: /^mine/ }).click();
    await expect(browser.getByRole("button", { name: /^a\.txt/ })).toBeVisible();
    await page.getByRole("combobox", { name: "Crop" }).click();
    await page.getByRole("option", { name: "rice" }).click();
    await expect(browser.getByText(/\/rice\b/).first()).toBeVisible();
    await expect(browser.getByRole("alert")).toHaveCount(0);
  },
);

ofTwoCrops("a file is shown and tried out as its crop is digested", async ({ page, api }) => {
  await openDataFiles(page);
  await page.getByRole("combobox", { name: "Crop" }).click();
  await page.getByRole("option", { name: "rice" }).click();
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a data file" }).click();
  // Two of its letters would be one in UTF-8.
  const text = "marker\tS1\tS2\nriz-ma\u00efs\tA/G\t-9\nm\u00c3\u00a9l\tC/C\tC/T\n";
  await (
    await choosing
  ).setFiles([{ name: "riz.txt", mimeType: "text/plain", buffer: Buffer.from(text, "latin1") }]);

  const grid = page.getByRole("group", { name: "Cells of the file" });
  await expect(grid.getByText("riz-ma\u00efs", { exact: true })).toBeVisible({ timeout: 15_000 });
  await expect(grid.getByText("m\u00c3\u00a9l", { exact: true })).toBeVisible();
  const made = page.getByRole("region", { name: "What it would make" });
  await made.getByRole("tab", { name: /^matrix/ }).click();
  const rows = made.getByRole("group", { name: "First rows of digest.matrix" }).getByRole("row");
  await expect(rows).toHaveText(["AGNN", "CCCT"]);
  await expect(made.getByRole("alert")).toHaveCount(0);

  await giveIds(page);
  await page.getByRole("button", { name: "Submit", exact: true }).click();
  await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible({
    timeout: 30_000,
  });
  const { result } = (await (await api.get("/api/v1/jobs/1")).json()) as {
    result: { matrix: { missing: number }; tables: { table: string; file: string }[] };
  };
  expect(result.matrix.missing).toBe(1);
  const matrixFile = result.tables.find(({ table }) => table === "matrix")?.file ?? "";
  expect(await readFile(matrixFile, "utf8")).toBe("AG\tNN\nCC\tCT\n");
  const markers = result.tables.find(({ table }) => table === "marker")?.file ?? "";
  expect(await readFile(markers, "utf8")).toContain("m\u00c3\u00a9l");
});
