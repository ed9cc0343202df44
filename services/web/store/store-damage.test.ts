import { describe, expect, it } from "vitest";
import { encodeLine } from "./checked-lines.ts";
import { createSimulatedDisk, type SimulatedDisk } from "./simulated-disk.ts";
import { createJob, now, openSimulated } from "./simulated-store.ts";
import { contentsOf, createModel, instructionOf, perform, type Operation } from "./store-model.ts";

const made: readonly Operation[] = [
  { kind: "create", key: "a", crop: "dev", big: false },
  { kind: "create", key: "b", crop: "dev", big: true },
  { kind: "complete", job: 1 },
  { kind: "set", name: "token", value: "t" },
  { kind: "create", key: "c", crop: "dev", big: false },
  { kind: "complete", job: 3 },
  { kind: "record", job: 1 },
  { kind: "message", job: 2 },
  { kind: "requeue", job: 3 },
];

/** A disk with two snapshots, an archive and journals, and what is on it. */
async function filled(compactAfter: readonly number[]) {
  const disk = createSimulatedDisk();
  const { store } = await openSimulated(disk);
  const model = createModel();
  for (const [i, operation] of made.entries()) {
    await perform(store, operation, now + i);
    model.perform(operation, now + i);
    if (compactAfter.includes(i)) await store.compact();
  }
  await store.close();
  return { disk: disk.afterKill(), contents: model.contents() };
}

/** Changes one letter in the middle of a line. */
function damage(disk: SimulatedDisk, name: string, line: number): void {
  const content = Buffer.from(disk.content(name));
  let start = 0;
  for (let i = 1; i < line; i++) start = content.indexOf("\n", start) + 1;
  const middle = Math.floor((start + content.indexOf("\n", start)) / 2);
  content[middle] = content[middle] === 0x78 ? 0x79 : 0x78;
  disk.setContent(name, content);
}

describe("a damaged snapshot", () => {
  for (const [what, harm] of [
    ["in a line", (disk: SimulatedDisk) => damage(disk, "snapshot.ndjson", 2)],
    ["in its head", (disk: SimulatedDisk) => damage(disk, "snapshot.ndjson", 1)],
    [
      "by a loss of its end",
      (disk: SimulatedDisk) => {
        const content = disk.content("snapshot.ndjson");
        disk.setContent("snapshot.ndjson", content.subarray(0, content.indexOf("\n") + 1));
      },
    ],
    ["to nothing", (disk: SimulatedDisk) => disk.setContent("snapshot.ndjson", Buffer.alloc(0))],
  ] as const) {
    it(`${what} is set aside; the one before it and the journals have all`, async () => {
      const { disk, contents } = await filled([3, 6]);
      harm(disk);
      const { store, warnings } = await openSimulated(disk);
      expect(await contentsOf(store)).toEqual(contents);
      expect(warnings).toEqual([
        expect.stringContaining(
          "/store/snapshot.ndjson is damaged and was set aside as /store/snapshot.ndjson.damaged-20261124T000000000Z",
        ),
      ]);
      expect(await disk.list()).toContain("snapshot.ndjson.damaged-20261124T000000000Z");
      await store.compact();
      await store.close();
      const again = await openSimulated(disk.afterKill());
      expect(await contentsOf(again.store)).toEqual(contents);
      expect(again.warnings).toEqual([]);
    });
  }

  it("that is the only one is set aside; the journals have all", async () => {
    const { disk, contents } = await filled([5]);
    damage(disk, "snapshot.ndjson", 2);
    const { store } = await openSimulated(disk);
    expect(await contentsOf(store)).toEqual(contents);
  });

  it("behind the newest is set aside and not missed", async () => {
    const { disk, contents } = await filled([3, 6]);
    damage(disk, "snapshot.ndjson.bak", 1);
    const { store, warnings } = await openSimulated(disk);
    expect(await contentsOf(store)).toEqual(contents);
    expect(warnings).toHaveLength(1);
  });

  it("with a damaged one behind it stops the start, with the file's name, and nothing is touched", async () => {
    const { disk } = await filled([1, 3, 6]);
    damage(disk, "snapshot.ndjson", 1);
    damage(disk, "snapshot.ndjson.bak", 1);
    const before = await disk.list();
    for (const attempt of [1, 2]) {
      await expect(openSimulated(disk), `attempt ${attempt}`).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("/store/snapshot.ndjson is damaged"),
        hint: expect.stringContaining("backup"),
      });
    }
    expect(await disk.list()).toEqual(before);
  });

  it("that is gone with all others is not taken for a new store", async () => {
    const { disk } = await filled([1, 3, 6]);
    for (const name of await disk.list()) {
      if (!name.startsWith("archive")) await disk.remove(name);
    }
    await expect(openSimulated(disk)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("of another version stops the start and is left alone", async () => {
    const { disk } = await filled([3]);
    const content = Buffer.from(encodeLine({ version: 2 }));
    disk.setContent("snapshot.ndjson", content);
    await expect(openSimulated(disk)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("/store/snapshot.ndjson was written by another version"),
    });
    expect(disk.content("snapshot.ndjson")).toEqual(content);
  });
});

describe("a damaged journal", () => {
  it("in its middle is set aside, and all other changes are kept", async () => {
    const disk = createSimulatedDisk();
    const first = await openSimulated(disk);
    for (const key of ["a", "b", "c"]) await createJob(first.store, key);
    await first.store.update(2, (job) => ({ job: { ...job, message: "later" }, events: [] }));
    await first.store.close();
    const harmed = disk.afterKill();
    damage(harmed, "journal-000001.ndjson", 2);
    const { store, warnings } = await openSimulated(harmed);
    expect(warnings).toEqual([
      expect.stringContaining("/store/journal-000001.ndjson is damaged in line 2"),
      expect.stringContaining("instruction of job 2, b, stood in a damaged line"),
    ]);
    expect(await store.job(1)).toMatchObject({ key: "a", hasInstruction: true });
    expect(await store.job(2)).toMatchObject({ message: "later", hasInstruction: false });
    expect(await store.job(3)).toMatchObject({ key: "c" });
    expect(await harmed.list()).toContain("journal-000001.ndjson.damaged-20261124T000000000Z");
    const contents = await contentsOf(store);
    await store.close();
    for (const lost of ["nothing", "snapshot.ndjson"]) {
      const next = harmed.afterKill();
      await next.remove(lost);
      const again = await openSimulated(next);
      expect(await contentsOf(again.store)).toEqual(contents);
      expect(again.warnings).toEqual([]);
    }
  });

  it("does not lead to numbers being given twice", async () => {
    const disk = createSimulatedDisk();
    const first = await openSimulated(disk);
    for (const key of ["a", "b", "c"]) await createJob(first.store, key);
    await first.store.setSetting("token", "t");
    await first.store.close();
    const harmed = disk.afterKill();
    damage(harmed, "journal-000001.ndjson", 3);
    const { store } = await openSimulated(harmed);
    expect(await store.jobByKey("dev", "c")).toBeNull();
    expect((await createJob(store, "d")).id).toBeGreaterThan(3);
    expect(await store.lastSeq()).toBeGreaterThan(3);
  });

  it("in its last line is cut off there, and what is cut off is kept", async () => {
    const disk = createSimulatedDisk();
    const first = await openSimulated(disk);
    for (const key of ["a", "b"]) await createJob(first.store, key);
    await first.store.close();
    const harmed = disk.afterKill();
    damage(harmed, "journal-000001.ndjson", 2);
    const { store, warnings } = await openSimulated(harmed);
    expect(warnings).toEqual([expect.stringContaining("ended within a change")]);
    expect(await harmed.list()).toContain("journal-000001.ndjson.damaged-20261124T000000000Z");
    expect(await createJob(store, "b")).toMatchObject({ id: 2 });
  });

  it("that is missing stops the start, with its name", async () => {
    const { disk } = await filled([3]);
    await disk.remove("journal-000002.ndjson");
    await expect(openSimulated(disk)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("/store/journal-000002.ndjson is missing"),
    });
  });
});

describe("a damaged archive", () => {
  it("has its index made anew when that is damaged or gone", async () => {
    const name = "archive-000001.index.ndjson";
    const harms: Array<(disk: SimulatedDisk) => unknown> = [
      (disk) => damage(disk, name, 1),
      (disk) => disk.remove(name),
      (disk) => disk.setContent(name, disk.content(name).subarray(0, -1)),
      (disk) => disk.setContent(name, Buffer.alloc(0)),
    ];
    for (const harm of harms) {
      const { disk, contents } = await filled([3, 5]);
      await harm(disk);
      const { store } = await openSimulated(disk);
      expect(await contentsOf(store)).toEqual(contents);
      await store.compact();
      await store.close();
      const again = await openSimulated(disk.afterKill());
      expect(await contentsOf(again.store)).toEqual(contents);
      expect(again.warnings).toEqual([]);
    }
  });

  it("says which file cannot be read when someone asks for what was in it", async () => {
    const { disk } = await filled([6]);
    const content = disk.content("archive-000001.ndjson");
    const line = content.subarray(0, content.indexOf('"sealed"')).toString().split("\n").length;
    damage(disk, "archive-000001.ndjson", line);
    const { store } = await openSimulated(disk);
    const page = await store.list({
      statuses: ["completed"],
      search: [],
      offset: 0,
      crop: null,
      sort: "id",
      limit: 10,
      cursor: null,
    });
    expect(page.jobs.map((job) => job.key)).toEqual(["a"]);
    await expect(store.job(1)).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("/store/archive-000001.ndjson is damaged"),
    });
    expect(await store.job(2)).toMatchObject({ key: "b" });
    expect(await createJob(store, "d")).toMatchObject({ id: 4 });
  });

  it("that lacks its end is not added to", async () => {
    const { disk } = await filled([6]);
    const content = disk.content("archive-000001.ndjson");
    disk.setContent("archive-000001.ndjson", content.subarray(0, content.length - 40));
    const { store, warnings } = await openSimulated(disk);
    expect(warnings).toEqual([expect.stringContaining("/store/archive-000001.ndjson should have")]);
    await createJob(store, "d");
    await store.compact();
    expect(await disk.list()).toContain("archive-000002.ndjson");
    expect(await store.instruction(4)).toEqual(instructionOf(false));
  });
});
