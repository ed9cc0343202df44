import { expect, it } from "vitest";
import { AppError } from "../../../../../services/contract/errors.ts";
import { submitEach } from "./submit-each.ts";

it("goes on behind what was submitted when it is tried again, and names the file that was refused", async () => {
  const made = new Map<string, number>();
  const submitted: string[] = [];
  let isFull = true;
  const submit = async (path: string): Promise<number> => {
    if (path === "/d/b.vcf" && isFull) throw new AppError("conflict", "There is a load b.");
    return submitted.push(path);
  };
  const paths = ["/d/a.vcf", "/d/b.vcf", "/d/c.vcf"];
  await expect(submitEach(paths, made, submit)).rejects.toMatchObject({
    code: "conflict",
    message: "b.vcf: There is a load b.",
    hint: "1 of 3 are submitted, and will not be again.",
  });
  isFull = false;
  expect(await submitEach(paths, made, submit)).toEqual([1, 2, 3]);
  expect(submitted).toEqual(paths);
});

it("tells the refusal of a single file as it is", async () => {
  const refusal = new AppError("bad_request", "no");
  const refuse = (): Promise<number> => Promise.reject(refusal);
  await expect(submitEach(["/d/a.vcf"], new Map(), refuse)).rejects.toBe(refusal);
});
