import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const built = [
  "out/main/index.js",
  "out/main/services.js",
  "out/main/digest-worker.js",
  "out/preload/preload.cjs",
  "out/renderer/index.html",
];
const sources = [
  "main",
  "renderer",
  "services",
  "resources",
  "electron.vite.config.ts",
  "package-lock.json",
];

/**
 * Whether the build is missing, or older than something it is made from. Tests are no part of it.
 *
 * @param {string} root the repository
 */
export function needsBuild(root) {
  const builtAt = Math.min(...built.map((path) => modifiedAt(join(root, path)) ?? -Infinity));
  return sources.some((path) => newestBelow(join(root, path)) > builtAt);
}

/** The newest time of change at or below `path`, in ms; -Infinity when there is nothing. */
function newestBelow(path) {
  const entries = list(path);
  if (entries === null) return modifiedAt(path) ?? -Infinity;
  return entries
    .filter((name) => !/\.test\.tsx?$/.test(name))
    .reduce((newest, name) => Math.max(newest, newestBelow(join(path, name))), -Infinity);
}

function list(path) {
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
