// npm run package: makes the desktop's packages for this system. Arguments after -- go to electron-builder: -- --linux deb
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findElectron } from "./electron-runtime.mjs";

/** Fetched when it is needed: it brings 280 packages, which nobody else needs who installs the product. */
const builder = "electron-builder@26.17.0";
const unavailable = 3;
const askWithinMs = 15_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(
  readFileSync(join(root, "node_modules/electron/package.json"), "utf8"),
);
const say = (line) => void process.stderr.write(`${line}\n`);

/** Where electron-builder would get the runtime from; null where it can, else why not. */
async function whyNotDownloaded() {
  const mirror =
    process.env["ELECTRON_MIRROR"] || "https://github.com/electron/electron/releases/download/";
  const url = `${mirror}v${version}/SHASUMS256.txt`;
  try {
    const { ok, status } = await fetch(url, {
      method: "HEAD",
      signal: AbortSignal.timeout(askWithinMs),
    });
    return ok ? null : `${url} answers with HTTP status ${status}`;
  } catch (thrown) {
    return `${url} cannot be reached: ${thrown.cause?.message ?? thrown.message}`;
  }
}

function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  return status ?? 1;
}

const electron = findElectron();
const why = "path" in electron ? null : await whyNotDownloaded();
if ("missing" in electron && why !== null) {
  say(`Nothing was packaged: Electron's runtime ${version} is not here and cannot be got.`);
  say(`- ${electron.missing}`);
  say(`- ${why}`);
  say("Name an unpacked one in ELECTRON_OVERRIDE_DIST_PATH, or a mirror in ELECTRON_MIRROR.");
  process.exitCode = unavailable;
} else {
  // Elsewhere than on this system, electron-builder gets the runtime by itself.
  const dist = "path" in electron ? [`-c.electronDist=${dirname(electron.path)}`] : [];
  const args = ["--config", "electron-builder.config.mjs", ...dist, ...process.argv.slice(2)];
  process.exitCode = run("npm", ["run", "-s", "build"]) || run("npx", ["--yes", builder, ...args]);
}
