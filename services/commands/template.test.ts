import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DryRun, Preview } from "../contract/preview.ts";
import { addDigestCommand } from "./digest.ts";
import { addPreviewCommand } from "./preview.ts";
import { addTemplateCommand } from "./template.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "template-"));
  writeFileSync(
    join(dir, "grid.csv"),
    "SampleName.LabID,m1,m2\ns1.A1,A:G,Uncallable\ns2.A2,G:G,T:C\n",
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(dir, { recursive: true });
});

/** What the command prints, and what it says beside. */
async function run(...argv: string[]): Promise<{ out: string; said: string }> {
  const program = new Command().exitOverride();
  addTemplateCommand(program);
  addPreviewCommand(program);
  addDigestCommand(program);
  let [out, said] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  await program.parseAsync(["node", "services", ...argv]);
  return { out, said };
}

describe("from a file to its load", () => {
  it("is a template, a dry run that writes nothing, and a digest", async () => {
    const made = await run("template", join(dir, "grid.csv"), "--dataset", "7");
    expect(made.said).toMatch(/Taken for 1, since not given: --project --platform/);
    const instruction = join(dir, "load.json");
    writeFileSync(instruction, made.out);

    const dry = await run("digest", instruction, "--dry-run", "--json");
    expect(DryRun.parse(JSON.parse(dry.out))).toMatchObject({ ok: true, complete: true });
    expect(readdirSync(dir).toSorted()).toEqual(["grid.csv", "load.json"]);
    const shown = await run("digest", instruction, "--dry-run", "2");
    expect(shown.out).toMatch(/^dataset_marker: 2 rows, 4 columns$/m);
    expect(shown.said).toMatch(/by the first 2 lines\. Nothing was written/);
    expect(process.exitCode).toBeUndefined();

    await run("digest", instruction);
    expect(existsSync(join(dir, "grid.csv.digest/digest.matrix"))).toBe(true);
  });

  it("begins with a look at the file", async () => {
    const shown = await run("preview", join(dir, "grid.csv"));
    expect(shown.out).toMatch(/^KASP grid.* \(95 %\)$/m);
    expect(shown.out).toMatch(/^orientation {4}SAMPLE_FAST/m);
    expect(shown.out).toMatch(/^2 rows of 3 columns/m);
    const { out } = await run("preview", join(dir, "grid.csv"), "--json", "--rows", "1");
    expect(Preview.parse(JSON.parse(out)).grid.rows).toHaveLength(1);
  });

  it("reads the file as its crop would", async () => {
    const file = join(dir, "calls.txt");
    writeFileSync(file, "marker\tMüller\ts2\nm1\tA.A\tno call\nm2\tA.C\tC.C\n");
    const settings = ["--encoding", "latin1", "--separator", ".", "--missing", "no call"];
    const { out } = await run("preview", file, "--json", ...settings);
    const { detection, grid } = Preview.parse(JSON.parse(out));
    expect(grid.rows[0]).toEqual(["marker", "MÃ¼ller", "s2"]);
    expect(detection.dataSetType.value).toBe("NUCLEOTIDE_2_LETTER");
    const unread = await run("preview", file, "--json");
    expect(Preview.parse(JSON.parse(unread.out)).detection.dataSetType.value).not.toBe(
      "NUCLEOTIDE_2_LETTER",
    );
    const made = await run("template", file, ...settings);
    expect(made.out).toContain('"dataSetType": "NUCLEOTIDE_2_LETTER"');
  });

  it("ends where there is no file, or no template", async () => {
    await expect(run("preview", join(dir, "none"))).rejects.toMatchObject({ code: "not_found" });
    writeFileSync(join(dir, "notes.txt"), "just words\n");
    await expect(run("template", join(dir, "notes.txt"))).rejects.toMatchObject({
      code: "bad_request",
    });
  });
});
