import { dirname, basename } from "node:path";

const SUFFIX = "?wasm";

/**
 * `import base64 from "./kernels.as.ts?wasm"`: compiles AssemblyScript to WebAssembly with SIMD, and puts the module into
 * the bundle as text, so that it is found wherever the bundle runs.
 *
 * @returns {import("vite").Plugin}
 */
export function assemblyScript() {
  return {
    name: "assemblyscript",
    enforce: "pre",
    async load(id) {
      if (!id.endsWith(`.as.ts${SUFFIX}`)) return null;
      const path = id.slice(0, -SUFFIX.length);
      this.addWatchFile(path);
      const bytes = await compile(path);
      return `export default ${JSON.stringify(Buffer.from(bytes).toString("base64"))};`;
    },
  };
}

/** Compiles to a module that imports its memory and needs no runtime. */
async function compile(path) {
  // Loaded only here: whoever runs a built product does not have it.
  const { default: asc } = await import("assemblyscript/asc");
  let bytes = null;
  const { error, stderr } = await asc.main(
    [
      basename(path),
      ...["--baseDir", dirname(path), "--outFile", "out.wasm"],
      ...["--runtime", "stub", "--importMemory", "--enable", "simd", "-O3", "--noAssert"],
    ],
    {
      writeFile: (_name, contents) => {
        bytes = contents;
      },
    },
  );
  if (error !== null || bytes === null) throw new Error(`${path}: ${stderr.toString()}`);
  return bytes;
}
