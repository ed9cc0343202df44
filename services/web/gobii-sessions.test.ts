import { describe, expect, it } from "vitest";
import { gobiiSessions } from "./gobii-sessions.ts";
import type { Account } from "./users.ts";

const account: Account = { name: "u", role: "submit", everywhere: true };

describe("sessions of the GOBii face", () => {
  it("end when their time is up", async () => {
    const clock = { now: 1000 };
    const sessions = gobiiSessions({ lifeMs: 50, now: () => clock.now });
    const token = await sessions.issue(account, "dev");
    expect(sessions.find(token)).toMatchObject({ user: "u", role: "submit", crop: "dev" });
    clock.now += 50;
    expect(sessions.find(token)).toBeNull();
    expect(await sessions.list()).toEqual([]);
  });

  it("can be revoked, and are shown without their token", async () => {
    const sessions = gobiiSessions();
    const [first, second] = [
      await sessions.issue(account, "dev"),
      await sessions.issue(account, "dev"),
    ];
    const [shown] = await sessions.list();
    expect(JSON.stringify(await sessions.list())).not.toContain(first);
    expect(await sessions.revoke(({ id }) => id === shown?.id)).toBe(1);
    expect(sessions.find(first)).toBeNull();
    expect(sessions.find(second)).not.toBeNull();
    expect(await sessions.revoke(({ user }) => user === "u")).toBe(1);
    expect(await sessions.list()).toEqual([]);
  });

  it("make room for new ones, the oldest first", async () => {
    const sessions = gobiiSessions();
    const first = await sessions.issue(account, "dev");
    const others = await Promise.all(
      Array.from({ length: 10_000 }, () => sessions.issue(account, "dev")),
    );
    expect(sessions.find(first)).toBeNull();
    expect(sessions.find(others[0] ?? "")).not.toBeNull();
  });

  it("remember a generation across the adoption of the same token", async () => {
    const sessions = gobiiSessions();
    await sessions.adopt("t", account, "dev");
    await sessions.rememberGeneration("t", "v1.1");
    await sessions.adopt("t", account, "dev");
    expect(sessions.find("t")?.generation).toBe("v1.1");
  });
});
