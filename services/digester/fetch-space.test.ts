import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openFetchSpace, type FetchedCopies, type FetchSpace } from "./fetch-space.ts";
import { temporaryDirectory } from "./testing/fakes.ts";

const never = new AbortController().signal;
const of = (job: number) => ({ job, callback: { url: "http://web/api/callback", token: "t" } });
const input = (name: string, size = 10) => ({ path: `/data/${name}`, size, tag: "1" });

/** As an attempt that fetches one file. */
async function fetched(space: FetchSpace, job: number, file = input("a.txt")) {
  const copies = await space.enter(of(job), [file], never);
  await writeFile(copies.copyOf(file), "x".repeat(file.size));
  await copies.place(file);
  return copies;
}

const there = async (copies: FetchedCopies, file = input("a.txt")): Promise<boolean> =>
  readFile(copies.copyOf(file)).then(
    () => true,
    () => false,
  );

it("has what a job fetched for its next attempt, also of another life, until the job is over", async () => {
  const directory = await temporaryDirectory();
  const before = await openFetchSpace(directory, 100);
  const first = await fetched(before, 1);
  expect(await readFile(join(first.base, "/data/a.txt"), "utf8")).toBe("x".repeat(10));
  await first.leave(true);
  expect(await readdir(directory)).toHaveLength(1);

  const space = await openFetchSpace(directory, 100);
  const second = await space.enter(of(1), [input("a.txt")], never);
  expect(await there(second)).toBe(true);
  // An earlier attempt that has yet to notice its end does not write into the same copy.
  const other = await space.enter(of(1), [input("a.txt")], never);
  expect(await there(other)).toBe(false);
  await other.leave(true);
  await second.leave(false);
  expect(await readdir(directory)).toEqual([]);
});

it("does not take another file, another state of it, or that of another caller's job for it", async () => {
  const space = await openFetchSpace(await temporaryDirectory(), 100);
  await (await fetched(space, 1)).leave(true);
  const stranger = { job: 1, callback: { url: "http://other/api/callback", token: "t" } };
  const theirs = await space.enter(stranger, [input("a.txt")], never);
  expect(await there(theirs)).toBe(false);
  await theirs.leave(false);
  const changed = { ...input("a.txt"), tag: "2" };
  const copies = await space.enter(of(1), [changed], never);
  expect(await there(copies, changed)).toBe(false);
  expect(await there(copies)).toBe(false);
});

it("lets copies go that nobody uses when others need the room, the oldest first", async () => {
  const directory = await temporaryDirectory();
  const space = await openFetchSpace(directory, 35);
  for (const job of [1, 2, 3]) await (await fetched(space, job)).leave(true);
  const fourth = await fetched(space, 4);
  const names = (await readdir(directory)).filter((name) => name.startsWith("kept-"));
  expect(
    names.map((name) => name.split("-")[1]).toSorted((a = "", b = "") => a.localeCompare(b)),
  ).toEqual(["2", "3", "4"]);
  // Its own are not in its way.
  const big = await space.enter(of(2), [input("a.txt"), input("b.txt", 15)], never);
  expect(await there(big)).toBe(true);
  const stopping = new AbortController();
  const waits = space.enter(of(5), [input("c.txt")], stopping.signal);
  await fourth.leave(false);
  await (await waits).leave(false);
  await expect(space.enter(of(6), [input("d.txt", 36)], never)).rejects.toMatchObject({
    code: "bad_request",
  });
});

it("removes what is for jobs that are not ours any more, and what cannot be of use", async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "7-abcd"), { recursive: true });
  const space = await openFetchSpace(directory, 100);
  expect(await readdir(directory)).toEqual([]);
  for (const job of [1, 2]) await (await fetched(space, job)).leave(true);
  const third = await fetched(space, 3);
  await space.keepOnly([of(2)]);
  expect(await there(third)).toBe(true);
  await third.leave(false);
  expect((await readdir(directory)).map((name) => name.split("-")[1])).toEqual(["2"]);
});
