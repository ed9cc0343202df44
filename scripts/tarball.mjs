// npm run tarball: digester-<version>.tar.gz, the headless services in one directory that needs Node and nothing else.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { assemblyScript } from "./assemblyscript-plugin.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const name = `digester-${version}`;
const consoleDir = join(root, "out/renderer");
if (!existsSync(join(consoleDir, "index.html"))) throw new Error("run npm run build first");

// What libraries in CommonJS find around them. Global, since some of the bundle have names of their own like these.
const commonJs = [
  'import { createRequire as __createRequire } from "node:module";',
  'import { fileURLToPath as __fileURLToPath } from "node:url";',
  "globalThis.require ??= __createRequire(import.meta.url);",
  "globalThis.__filename ??= __fileURLToPath(import.meta.url);",
  'globalThis.__dirname ??= __fileURLToPath(new URL(".", import.meta.url));',
].join("\n");
const work = mkdtempSync(join(tmpdir(), "digester-tarball-"));
const folder = join(work, name);
try {
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    plugins: [assemblyScript()],
    ssr: { noExternal: true, target: "node" },
    build: {
      ssr: true,
      target: "node20",
      minify: false,
      emptyOutDir: true,
      outDir: join(folder, "out/main"),
      rollupOptions: {
        input: {
          services: join(root, "services/cli.ts"),
          "digest-worker": join(root, "services/digester/digest-worker.ts"),
        },
        // pg asks for its native twin, which nobody needs.
        external: ["pg-native"],
        output: {
          format: "es",
          chunkFileNames: "[name]-[hash].js",
          assetFileNames: "[name]-[hash][extname]",
          banner: commonJs,
        },
      },
    },
  });
  cpSync(consoleDir, join(folder, "out/renderer"), { recursive: true });
  for (const one of [
    "samples",
    "systemd",
    "configuration.md",
    "configuration.example.json",
    "deployment.md",
  ]) {
    cpSync(join(root, "resources", one), join(folder, "resources", one), { recursive: true });
  }
  for (const one of ["LICENSE", "README.md"]) cpSync(join(root, one), join(folder, one));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "digester", version, type: "module", private: true }),
  );
  mkdirSync(join(folder, "bin"));
  const starter = join(folder, "bin/services");
  writeFileSync(
    starter,
    `#!/bin/sh
# Finds its own place, also through links.
self=$(readlink -f "$0") || exit 1
exec "\${NODE:-node}" "$(dirname "$self")/../out/main/services.js" "$@"
`,
  );
  chmodSync(starter, 0o755);
  const target = resolve(process.argv[2] ?? `${name}.tar.gz`);
  execFileSync("tar", ["-czf", target, "--owner=0", "--group=0", "-C", work, name]);
  process.stdout.write(`${target}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
