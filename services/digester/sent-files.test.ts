import { mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fileToSend, sizesOf } from "./sent-files.ts";
import { temporaryDirectory } from "./testing/fakes.ts";

it("only files below the data roots are sent, wherever a path or a link leads", async () => {
  const folder = await realpath(await temporaryDirectory());
  const root = join(folder, "root");
  await mkdir(root);
  await writeFile(join(root, "a.vcf"), "##\n");
  await writeFile(join(folder, "secret"), "s");
  await symlink(join(folder, "secret"), join(root, "out"));
  await symlink(join(root, "a.vcf"), join(root, "in"));
  expect(await fileToSend(join(root, "in"), [root])).toBe(join(root, "a.vcf"));
  const hostile = [join(root, "out"), `${root}/../secret`, "a.vcf", `${root}/a.vcf\0`];
  for (const path of hostile) {
    await expect(fileToSend(path, [root])).rejects.toMatchObject({ code: "bad_request" });
  }
  for (const path of [root, join(root, "none")]) {
    await expect(fileToSend(path, [root])).rejects.toMatchObject({ code: "not_found" });
  }
  const files = [join(root, "a.vcf"), join(root, "none"), root, ...hostile];
  expect(await sizesOf(files, [root])).toEqual([3, ...files.slice(1).map(() => null)]);
});
