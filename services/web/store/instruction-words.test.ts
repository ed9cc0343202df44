import { expect, it } from "vitest";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { createInstructionWords } from "./instruction-words.ts";

it("counts an instruction as missing until it has been read", async () => {
  const reads: ((instruction: StoredInstruction | null) => void)[] = [];
  const words = createInstructionWords({
    ids: () => [1, 2],
    read: () => new Promise((resolve) => reads.push(resolve)),
    onWarning: (message) => expect.fail(message),
  });
  words.finder();
  expect(words.pending()).toBe(2);
  reads[0]?.(null);
  await expect.poll(() => reads.length).toBe(2);
  expect(words.pending()).toBe(1);
  reads[1]?.(null);
  await expect.poll(() => words.pending()).toBe(0);
});
