import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finishPublish, publish } from "./publish.ts";

let dir = "";
let staging = "";
let destination = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "publish-"));
  staging = join(dir, ".staging");
  destination = join(dir, "a/b/out");
  mkdirSync(staging);
  writeFileSync(join(staging, "digest.marker"), "new marker");
  writeFileSync(join(staging, "digest.matrix"), "new matrix");
});

afterEach(() => rmSync(dir, { recursive: true }));

function contents(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path).map((name) => [name, readFileSync(join(path, name), "utf8")]),
  );
}

const published = { "digest.marker": "new marker", "digest.matrix": "new matrix" };

describe("publish", () => {
  it("makes the destination, with its parents, of the staging directory itself", async () => {
    await publish(staging, destination);
    expect(contents(destination)).toEqual(published);
    expect(readdirSync(dir)).toEqual(["a"]);
  });

  it("takes the place of an empty destination", async () => {
    mkdirSync(destination, { recursive: true });
    await publish(staging, `${destination}/`);
    expect(contents(destination)).toEqual(published);
  });

  it("replaces files of the same name and leaves others alone", async () => {
    mkdirSync(destination, { recursive: true });
    writeFileSync(join(destination, "digest.marker"), "old marker");
    writeFileSync(join(destination, "notes.txt"), "mine");
    await publish(staging, destination);
    expect(contents(destination)).toEqual({ ...published, "notes.txt": "mine" });
    expect(readdirSync(staging)).toEqual([]);
  });

  it("goes on where it was cut short, and takes no list of its own along", async () => {
    writeFileSync(join(staging, ".publish.json.new"), '{"destination":');
    await publish(staging, destination);
    expect(contents(destination)).toEqual(published);

    mkdirSync(staging);
    writeFileSync(join(staging, "digest.matrix"), "newer matrix");
    const files = ["digest.marker", "digest.matrix"];
    writeFileSync(join(staging, ".publish.json"), JSON.stringify({ destination, files }));
    rmSync(join(destination, "digest.matrix"));
    await publish(staging, destination);
    expect(contents(destination)).toEqual({ ...published, "digest.matrix": "newer matrix" });
  });

  it("publishes into the directory that a link leads to", async () => {
    mkdirSync(join(dir, "real"));
    symlinkSync("real", join(dir, "link"));
    await publish(staging, join(dir, "link"));
    expect(contents(join(dir, "real"))).toEqual(published);
    expect(readlinkSync(join(dir, "link"))).toBe("real");
  });

  it("publishes from a staging directory inside the destination", async () => {
    const inside = join(destination, ".digester-1");
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, "digest.marker"), "new marker");
    await publish(inside, destination);
    rmSync(inside, { recursive: true });
    expect(contents(destination)).toEqual({ "digest.marker": "new marker" });
  });

  it("fails when the staging directory was taken away", async () => {
    await expect(publish(join(dir, "gone"), destination)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("fails when the destination is a file", async () => {
    writeFileSync(join(dir, "file"), "");
    await expect(publish(staging, join(dir, "file"))).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(contents(staging)).toEqual(published);
  });
});

/** As after a crash between the first file and the second. */
function cutShort(): void {
  mkdirSync(destination, { recursive: true });
  writeFileSync(join(destination, "digest.marker"), "new marker");
  rmSync(join(staging, "digest.marker"));
  writeFileSync(
    join(staging, ".publish.json"),
    JSON.stringify({ destination, files: ["digest.marker", "digest.matrix"] }),
  );
}

describe("finishPublish", () => {
  it("moves what is left of a publish that was cut short", async () => {
    cutShort();
    await finishPublish(staging);
    expect(contents(destination)).toEqual(published);
    expect(readdirSync(staging)).toEqual([]);
  });

  it("can be called again, and publishing after it changes nothing", async () => {
    cutShort();
    await finishPublish(staging);
    await finishPublish(staging);
    await publish(staging, destination);
    expect(contents(destination)).toEqual(published);
  });

  it("does nothing where no publish had begun", async () => {
    await finishPublish(staging);
    expect(contents(staging)).toEqual(published);
  });
});
