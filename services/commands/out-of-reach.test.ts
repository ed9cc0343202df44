import { hostname } from "node:os";
import { expect, it } from "vitest";
import { outOfReach } from "./out-of-reach.ts";

const host = "127.0.0.1";

it("says that a web service elsewhere cannot reach a loopback address", () => {
  expect(outOfReach({ web: ["http://localhost:8080", "http://web-host:8080"], host })).toBe(
    "From another machine, web-host cannot reach 127.0.0.1: give --host 0.0.0.0, or --pull.",
  );
});

it("is silent where the web service can reach it, asks nothing of it, or is on the same machine", () => {
  const web = ["http://web-host:8080"];
  const quiet = [
    { host },
    { host: "0.0.0.0", web },
    { host, web, pull: true },
    { host, web, advertise: "http://node:1" },
    ...["127.0.0.1", "localhost", "[::1]", hostname()].map((name) => ({
      host,
      web: [`http://${name}:8080`],
    })),
  ] as const;
  for (const flags of quiet) expect(outOfReach(flags)).toBeNull();
});
