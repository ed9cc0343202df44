import { pino } from "pino";
import { describe, expect, it } from "vitest";
import {
  externalAddress,
  isGranted,
  isOwnOrigin,
  limitPermissions,
  lockContents,
} from "./security.ts";
import { createFakeElectron, emitCancellable } from "./testing/fake-electron.ts";

const origin = "http://127.0.0.1:8090";
const log = pino({ level: "silent" });

const addresses: [url: string, isOwn: boolean][] = [
  ["http://127.0.0.1:8090/", true],
  ["http://127.0.0.1:8090/jobs/7?tab=events#end", true],
  ["http://127.0.0.1:8091/", false],
  ["https://127.0.0.1:8090/", false],
  ["http://127.0.0.1:80@evil.example/", false],
  ["http://127.0.0.1:8090@evil.example/", false],
  ["http://127.0.0.1:8090.evil.example/", false],
  ["http://evil.example/?next=http://127.0.0.1:8090", false],
  ["http://localhost:8090/", false],
  ["file:///etc/passwd", false],
  ["javascript:alert(1)", false],
  ["data:text/html,<script>1</script>", false],
  ["about:blank", false],
  ["blob:http://127.0.0.1:8090/0e5f", true],
  ["not an address", false],
  ["", false],
];

function lockedWindow() {
  const fake = createFakeElectron();
  lockContents({ electron: fake.electron, ownOrigin: () => origin, log });
  return { fake, window: fake.openWindow() };
}

describe("the navigation lock", () => {
  it.each(addresses)("%s is ours: %s", (url, isOwn) => {
    expect(isOwnOrigin(url, origin)).toBe(isOwn);
    expect(isOwnOrigin(url, null)).toBe(false);
  });

  it.each(["will-navigate", "will-frame-navigate", "will-redirect"])(
    "%s stays on the own origin",
    (event) => {
      const { window } = lockedWindow();
      for (const [url, isOwn] of addresses) {
        expect([url, emitCancellable(window.webContents, event, { url })]).toEqual([url, !isOwn]);
      }
    },
  );

  it("denies every popup and hands web and mail addresses to the system", () => {
    const { fake, window } = lockedWindow();
    for (const [url] of [...addresses, ["https://docs.example/x"], ["mailto:a@b.example"]]) {
      expect(window.webContents.openHandler({ url: url ?? "" })).toEqual({ action: "deny" });
    }
    expect(fake.opened).toContain("https://docs.example/x");
    expect(fake.opened).toContain("mailto:a@b.example");
    expect(fake.opened.filter((url) => /^(file|javascript|data|about|blob):/.test(url))).toEqual(
      [],
    );
    expect(fake.opened).not.toContain("http://127.0.0.1:8090/");
  });

  it("attaches no webview and sandboxes every renderer", () => {
    const { fake, window } = lockedWindow();
    expect(emitCancellable(window.webContents, "will-attach-webview")).toBe(true);
    expect(fake.order).toContain("sandbox");
  });
});

describe("external addresses", () => {
  it.each([
    ["https://example.org/a b", "https://example.org/a%20b"],
    ["http://example.org", "http://example.org/"],
    ["mailto:curator@example.org", "mailto:curator@example.org"],
    ["file:///etc/passwd", null],
    ["smb://host/share", null],
    ["javascript:alert(1)", null],
    ["ms-msdt:/id", null],
    ["jobs/7", null],
  ])("%s opens as %s", (url, expected) => {
    expect(externalAddress(url)).toBe(expected);
  });
});

describe("permissions", () => {
  it("grants two, to the own origin", () => {
    const fake = createFakeElectron();
    limitPermissions(fake.electron.session, () => origin);
    const asked = ["notifications", "clipboard-sanitized-write", "media", "geolocation", "hid"];
    const granted = (url: string) =>
      asked.filter((permission) => fake.requestPermission(permission, url));
    expect(granted(`${origin}/jobs`)).toEqual(["notifications", "clipboard-sanitized-write"]);
    expect(granted("https://evil.example/")).toEqual([]);
    expect(isGranted("notifications", origin, null)).toBe(false);
  });
});
