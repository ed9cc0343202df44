// npm start: the console in Electron where its runtime is present, else the same console in a browser. Builds first when
// the build is missing or old. Arguments after -- go to Electron, or to the services: npm start -- --port 8090
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import open from "open";
import { needsBuild } from "./build-age.mjs";
import { findElectron } from "./electron-runtime.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
const say = (line) => void process.stdout.write(`${line}\n`);

/** Hands signals on and ends as the child ends. */
function follow(child) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) {
    process.on(signal, () => {
      // A terminal's Ctrl+C reaches the child by itself, and a second one would cut its end short.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.once("error", (error) => {
    say(`It could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => {
    process.exitCode = code ?? (signal === null ? 0 : 1);
    for (const name of signals) process.removeAllListeners(name);
  });
}

function build() {
  say("Building…");
  const { status } = spawnSync("npm", ["run", "-s", "build", "--", "--logLevel", "warn"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  return status === 0;
}

function startDesktop(executable) {
  follow(spawn(executable, [root, ...args], { stdio: "inherit" }));
}

function startInBrowser(why) {
  say(`The desktop window needs Electron, and ${why}.`);
  say("The same console opens in a browser instead.");
  const entry = join(root, "out", "main", "services.js");
  const services = spawn(process.execPath, [entry, "all", "--json", ...args], {
    stdio: ["inherit", "pipe", "inherit"],
  });
  follow(services);
  createInterface({ input: services.stdout }).once("line", (line) => {
    const { url, token } = JSON.parse(line);
    const address = `${url}/?token=${encodeURIComponent(token)}`;
    say(`\n  The console: ${address}\n\nIt stops with Ctrl+C.`);
    if (hasScreen()) openAddress(address);
  });
}

/** Without a screen an opener would look for a browser in the terminal. */
function hasScreen() {
  const unix = process.platform !== "darwin" && process.platform !== "win32";
  return !unix || Boolean(process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"]);
}

function sayNotOpened() {
  say("No browser could be opened; please open the address above.");
}

function openAddress(address) {
  open(address).then((opener) => opener.once("error", sayNotOpened), sayNotOpened);
}

if (needsBuild(root) && !build()) {
  process.exitCode = 1;
} else {
  const electron = findElectron();
  if ("path" in electron) startDesktop(electron.path);
  else startInBrowser(electron.missing);
}
