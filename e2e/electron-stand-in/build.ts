import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Bundles the stand-in for plain Node, which reads no TypeScript; answers the file for `node --import`. */
export async function buildStandIn(): Promise<string> {
  const outDir = here("../../out/electron-stand-in");
  await build({
    configFile: false,
    logLevel: "warn",
    build: {
      ssr: true,
      target: "node20",
      outDir,
      emptyOutDir: true,
      // The page's script is pasted as text: it must stay one function that stands alone.
      minify: false,
      rollupOptions: {
        input: { register: here("register.ts"), electron: here("electron.ts") },
        output: { entryFileNames: "[name].js" },
      },
    },
  });
  return `${outDir}/register.js`;
}
