import { expect, it } from "vitest";
import { journalName, openJournal } from "./journal.ts";
import { createSimulatedDisk } from "./simulated-disk.ts";

const fresh = { number: 1, end: null, before: 0 };

it("goes on in a new file when one is full, and counts all that a restart would read", async () => {
  const disk = createSimulatedDisk();
  const journal = await openJournal(disk, fresh, 10);
  for (const line of ["seven.\n", "eight..\n", "nine.\n"]) await journal.write([line]);
  expect(disk.content(journalName(1)).toString()).toBe("seven.\neight..\n");
  expect(disk.content(journalName(2)).toString()).toBe("nine.\n");
  expect(journal.bytes()).toBe(21);
  expect(await journal.rotate()).toBe(3);
  expect(journal.bytes()).toBe(0);
});

it("counts the journals before the one that it goes on with", async () => {
  const disk = createSimulatedDisk();
  const first = await openJournal(disk, fresh, 100);
  await first.write(["seven.\n"]);
  await first.close();
  const journal = await openJournal(disk, { number: 1, end: 7, before: 50 }, 100);
  await journal.write(["eight..\n"]);
  expect(journal.bytes()).toBe(65);
});
