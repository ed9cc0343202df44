// Runs a TypeScript script of this folder on plain Node: node scripts/run.mjs scripts/NAME.ts [args]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runnerImport } from "vite";
import { assemblyScript } from "./assemblyscript-plugin.mjs";

const [script, ...args] = process.argv.slice(2);
process.argv = [process.argv[0], script, ...args];
const { module } = await runnerImport(pathToFileURL(resolve(script)).href, {
  configFile: false,
  plugins: [assemblyScript()],
  logLevel: "error",
});
await module.main(args);
