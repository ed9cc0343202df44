import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packageDir = fileURLToPath(new URL("../node_modules/electron/", import.meta.url));

/**
 * Where Electron's executable is, without asking the `electron` package: its first require downloads what is missing.
 *
 * `$ELECTRON_EXEC_PATH` names the executable, `$ELECTRON_OVERRIDE_DIST_PATH` the folder it is in, as Electron's own tools
 * understand them; otherwise the package's `path.txt` names it below `dist`.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {{ path: string } | { missing: string }}
 */
export function findElectron(environment = process.env, directory = packageDir) {
  const executable = environment["ELECTRON_EXEC_PATH"];
  if (executable) {
    return existsSync(executable)
      ? { path: executable }
      : { missing: `$ELECTRON_EXEC_PATH names ${executable}, which is absent` };
  }
  const pathFile = join(directory, "path.txt");
  const name = existsSync(pathFile) ? readFileSync(pathFile, "utf8").trim() : platformPath();
  const path = join(environment["ELECTRON_OVERRIDE_DIST_PATH"] || join(directory, "dist"), name);
  return existsSync(path)
    ? { path }
    : { missing: `there is no Electron runtime at ${path}; npx install-electron downloads it` };
}

function platformPath() {
  switch (process.platform) {
    case "darwin":
      return "Electron.app/Contents/MacOS/Electron";
    case "win32":
      return "electron.exe";
    default:
      return "electron";
  }
}
