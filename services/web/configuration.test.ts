import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppError } from "../contract/errors.ts";
import { parseConfiguration, readConfiguration } from "./configuration.ts";
import { newJob } from "./jobs/job-model.ts";
import { accountsIn, hashPassword } from "./users.ts";

const file = "/etc/digester/web.json";
const parse = (value: unknown) => parseConfiguration(JSON.stringify(value), file);

function problemsOf(value: unknown): readonly string[] {
  try {
    parse(value);
    return [];
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.details;
    throw thrown;
  }
}

const urlBehind = (upstream: string) =>
  parse({ crops: [crop("a", { upstream: { url: upstream } })] }).crops?.[0]?.upstream?.url;

const crop = (name: string, rest: object = {}) => ({ name, dataRoots: [`/data/${name}`], ...rest });

describe("a configuration file", () => {
  it("may be empty: then everything is as without one", () => {
    const configuration = parse({});
    expect(configuration).toMatchObject({ crops: null, mail: null, allowedHosts: [] });
  });

  it("is the one that ships as an example", async () => {
    const path = join(import.meta.dirname, "../../resources/configuration.example.json");
    const { crops, mail, tokenLifeMs, port, retries, ...more } = await readConfiguration(path);
    expect(port).toBe(8080);
    expect(tokenLifeMs).toBe(7 * 24 * 3_600_000);
    expect(crops?.map(({ name, contextPath }) => [name, contextPath])).toEqual([
      ["maize", "/gobii-maize"],
      ["rice", "/gobii-rice"],
    ]);
    expect(crops?.[0]).toMatchObject({
      defaults: { contactEmail: "maize-data@example.org", priority: 10 },
      upstream: { url: "http://gobii.example.org:8080/gobii-maize", roles: { visitor: "read" } },
    });
    expect(mail).toMatchObject({ host: "smtp.example.org", port: 587 });
    expect(retries).toEqual({ tries: 3, firstMs: 10_000, longestMs: 300_000, losses: 5 });
    expect(more).toMatchObject({ leaseMs: 15_000, renewMs: 5000 });
    expect(more).toMatchObject({ retention: { days: 730, jobs: 200_000 } });
    // Every key that there is stands in it.
    const example = JSON.parse(await readFile(path, "utf8")) as object;
    expect(Object.keys(example)).toHaveLength(15);
  });

  it("is told of key by key in the guide, and the example holds up no job of its own crops", async () => {
    const [example, guide] = await Promise.all(
      ["configuration.example.json", "configuration.md"].map((name) =>
        readFile(join(import.meta.dirname, "../../resources", name), "utf8"),
      ),
    );
    const keys: string[] = [];
    JSON.parse(example ?? "", (key, value: unknown) => {
      if (key !== "" && !/^\d+$/.test(key)) keys.push(key);
      return value;
    });
    const untold = keys.filter(
      (key) => ![`\`${key}\``, `\`${key}[]\``, `**${key}**`].some((text) => guide?.includes(text)),
    );
    // A name that somebody signs in by.
    expect(untold).toEqual(["visitor"]);

    const { crops, isUnsettled } = parseConfiguration(example ?? "", file);
    const heldUp = crops?.filter(({ name }) => {
      const job = newJob({ key: "k", crop: name, tables: ["marker", "matrix"] }, Date.now());
      return isUnsettled?.({ ...job, id: 1 }) !== true;
    });
    expect(heldUp).toEqual([]);
  });

  it("keeps all jobs unless it says otherwise, by age, by count or both", () => {
    expect(parse({}).retention).toEqual({ days: null, jobs: null });
    expect(parse({ retention: { days: 30 } }).retention).toEqual({ days: 30, jobs: null });
    expect(parse({ retention: { jobs: 0 } }).retention).toEqual({ days: null, jobs: 0 });
    expect(problemsOf({ retention: {} })).toEqual([
      "retention: expected days, jobs or both; without retention all jobs are kept",
    ]);
    expect(problemsOf({ retention: { days: 0 } })).toHaveLength(1);
    expect(problemsOf({ retention: { jobs: 1.5 } })).toHaveLength(1);
  });

  it("says how the loads of a crop are digested", () => {
    const digest = { also: ["vcf"], quality: false, missing: ["-9"], separators: "/|" };
    expect(parse({ crops: [crop("a", { digest })] }).crops?.[0]?.digest).toEqual(digest);
    expect(problemsOf({ crops: [crop("a", { digest: { also: ["bam"], typo: 1 } })] })).toEqual([
      expect.stringMatching(/crops\[0\]\.digest\.also\[0\].*vcf/),
      expect.stringMatching(/typo/),
    ]);
    expect(problemsOf({ crops: [crop("a", { digest: { separators: "A" } })] })[0]).toMatch(
      /separators.*stand between alleles/,
    );
  });

  it("renews a lease three times in its length unless it says otherwise", () => {
    expect(parse({ lease: { seconds: 6 } })).toMatchObject({ leaseMs: 6000, renewMs: 2000 });
    expect(parse({ lease: { renewSeconds: 2 } })).toMatchObject({ leaseMs: 6000, renewMs: 2000 });
    expect(() => parse({ lease: { seconds: 6, renewSeconds: 5 } })).toThrow("at most half");
  });

  it("has paths relative to itself", () => {
    const { crops, dataDir } = parse({
      data: "store",
      crops: [crop("a", { dataRoots: ["../a", "/b"] })],
    });
    expect(dataDir).toBe("/etc/digester/store");
    expect(crops?.[0]?.dataRoots).toEqual(["/etc/a", "/b"]);
  });

  it("takes a crop's context root for that of the GOBii server that is named without one", () => {
    expect(urlBehind("http://gobii:8080")).toBe("http://gobii:8080/gobii-a");
    expect(urlBehind("http://gobii:8080/gobii-b")).toBe("http://gobii:8080/gobii-b");
  });

  it.each<[string, unknown, RegExp]>([
    ["a key that there is not", { prot: 1 }, /Unrecognized key: "prot"/],
    ["a port beyond all ports", { port: 70_000 }, /^port: /],
    ["a crop without roots", { crops: [{ name: "a", dataRoots: [] }] }, /^crops\[0\]\.dataRoots: /],
    [
      "a crop's name that is a path",
      { crops: [crop("../a")] },
      /^crops\[0\]\.name: expected letters/,
    ],
    [
      "two crops of one name",
      { crops: [crop("a"), crop("A")] },
      /^crops\[1\]\.name: "A" is the name/,
    ],
    [
      "context paths that collide",
      { crops: [crop("a"), crop("b", { contextPath: "/gobii-a/b" })] },
      /^crops\[1\]\.contextPath: \/gobii-a\/b collides with that of "a"/,
    ],
    [
      "the console's own path",
      { crops: [crop("a", { contextPath: "/api" })] },
      /is the service's own/,
    ],
    ["no path", { crops: [crop("a", { contextPath: "/x/../y" })] }, /^crops\[0\]\.contextPath: /],
    [
      "a root inside another crop's",
      { crops: [crop("a"), crop("b", { dataRoots: ["/data/a/b"] })] },
      /^crops\[1\]\.dataRoots: \/data\/a\/b overlaps a data root of the crop "a"/,
    ],
    ["a password in clear", { users: [{ name: "u", passwordHash: "secret" }] }, /users hash/],
    [
      "a role that there is not",
      { users: [{ name: "u", passwordHash: "x", role: "root" }] },
      /role/,
    ],
    [
      "an address that is none",
      { crops: [crop("a", { upstream: { url: "file:///etc" } })] },
      /http/,
    ],
  ])("is refused with %s, naming the place", (_, value, expected) => {
    expect(problemsOf(value).join("\n")).toMatch(new RegExp(expected, "m"));
  });

  it("is refused where it is no JSON, or is not there", async () => {
    expect(() => parseConfiguration("{", file)).toThrow(/not valid JSON/);
    await expect(readConfiguration("/nowhere/web.json")).rejects.toThrow(/cannot be read/);
  });
});

describe("users of a configuration", () => {
  it("sign in with their password, at their crop alone, or everywhere", async () => {
    const [own, shared] = await Promise.all([
      hashPassword("own-word"),
      hashPassword("shared-word"),
    ]);
    const { usersOf } = parse({
      crops: [crop("a", { users: [{ name: "own", passwordHash: own, role: "read" }] }), crop("b")],
      users: [{ name: "shared", passwordHash: shared }],
    });
    const ask = (at: string, name: string, word: string) =>
      accountsIn(usersOf(at)).verify(name, word);
    expect(await ask("a", "own", "own-word")).toEqual({
      name: "own",
      role: "read",
      everywhere: false,
    });
    expect(await ask("b", "own", "own-word")).toBeNull();
    for (const at of ["a", "b"]) {
      const account = { name: "shared", role: "submit", everywhere: true };
      expect(await ask(at, "shared", "shared-word")).toEqual(account);
      expect(await ask(at, "shared", "own-word")).toBeNull();
      expect(await ask(at, "__proto__", "")).toBeNull();
    }
  });

  it("are refused where one stands twice", () => {
    const user = { name: "u", passwordHash: `scrypt:${"A".repeat(24)}:${"A".repeat(43)}=` };
    expect(problemsOf({ users: [user, user] })).toEqual(['users: "u" stands twice']);
  });
});
