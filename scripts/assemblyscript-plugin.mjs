import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const SUFFIX = "?wasm";

/**
 * `import base64 from "./NAME.as.wasm"`: compiles `NAME.as.ts`, which is AssemblyScript, to WebAssembly with SIMD, and puts
 * the module into the bundle as text, so that it is found wherever the bundle runs.
 *
 * @returns {import("vite").Plugin}
 */
export function assemblyScript() {
  return {
    name: "assemblyscript",
    enforce: "pre",
    resolveId(source, importer) {
      if (importer === undefined || !source.endsWith(".as.wasm")) return null;
      return join(dirname(importer), source.replace(/wasm$/, `ts${SUFFIX}`));
    },
    async load(id) {
      if (!id.endsWith(`.as.ts${SUFFIX}`)) return null;
      const path = id.slice(0, -SUFFIX.length);
      const bytes = await compile(path, (file) => this.addWatchFile(file));
      return `export default ${JSON.stringify(Buffer.from(bytes).toString("base64"))};`;
    },
  };
}

/** Compiles to a module that imports its memory and needs no runtime; tells of each file that is part of it. */
async function compile(path, onFile) {
  // Loaded only here: whoever runs a built product does not have it.
  const { default: asc } = await import("assemblyscript/asc");
  let bytes = null;
  const options = ["--runtime", "stub", "--importMemory", "--enable", "simd", "-O3", "--noAssert"];
  const { error } = await asc.main(
    [basename(path), "--baseDir", dirname(path), "--outFile", "out.wasm", ...options],
    {
      readFile: async (name, baseDir) => {
        const file = join(baseDir, name);
        const text = await readFile(file, "utf8").catch(() => null);
        if (text !== null) onFile(file);
        return text;
      },
      writeFile: (_name, contents) => {
        bytes = contents;
      },
    },
  );
  if (error !== null || bytes === null) {
    throw new Error(`${path} was not compiled: ${error?.message}`, { cause: error });
  }
  return bytes;
}
