import http from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { listen } from "./listen.ts";

function server(): http.Server {
  const made = http.createServer();
  onTestFinished(() => {
    made.close();
  });
  return made;
}

it("finds a free port, and says so when one is taken", async () => {
  const port = await listen(server(), 0, "127.0.0.1", () => undefined);
  expect(port).toBeGreaterThan(0);
  await expect(listen(server(), port, "127.0.0.1", () => undefined)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(new RegExp(`^Cannot listen on 127.0.0.1:${port}: .*EADDRINUSE`)),
    cause: { code: "EADDRINUSE" },
  });
});

it("outlives connections that cannot be taken, however many there are", async () => {
  const told: string[] = [];
  const ours = server();
  await listen(ours, 0, "127.0.0.1", ({ message }) => told.push(message));
  for (const message of ["accept EMFILE", "accept ENFILE"]) ours.emit("error", new Error(message));
  expect(told).toEqual(["accept EMFILE", "accept ENFILE"]);
});
