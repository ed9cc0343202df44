import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

/*
 * Loaded before the app by `node --import`: from here on `electron` means the stand-in. Worker threads inherit the
 * import and have no use for it; child processes must not inherit it either.
 */
if (isMainThread) {
  process.execArgv.length = 0;
  const standIn = new URL("./electron.js", import.meta.url).href;
  const hook = `export const resolve = (specifier, context, next) =>
    specifier === "electron" ? { url: ${JSON.stringify(standIn)}, shortCircuit: true } : next(specifier, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}
