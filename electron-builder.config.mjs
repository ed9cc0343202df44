// What `npm run package` makes of the built product; scripts/package.test.ts checks it, against electron-builder's own
// schema where that is at hand.

/** @type {import("./electron-builder.config.d.mts").default} */
export default {
  appId: "org.gobii.digester",
  productName: "Digester",
  copyright: "MIT licence",
  // Whoever publishes packages names themselves here; a deb cannot do without.
  extraMetadata: {
    author: { name: "Digester", email: "digester@localhost.localdomain" },
    homepage: "https://localhost.localdomain/digester",
  },
  directories: { output: "dist", buildResources: "resources/icons" },
  icon: "resources/icons/icon.png",
  artifactName: "${name}-${version}-${os}-${arch}.${ext}",

  // The bundles and what ships beside them; electron-builder adds what package.json has in dependencies.
  files: [
    "out/main/**",
    "out/preload/**",
    "out/renderer/**",
    "resources/icons/**",
    "resources/samples/**",
    "package.json",
    "!**/*.map",
    "!**/node_modules/@types/**",
  ],
  // One file, whose hash is in the executable: what is not in it is not run.
  asar: true,
  npmRebuild: false,
  publish: null,

  // Services in a process of their own are a utilityProcess, and jobs are worker threads: neither needs the executable to
  // run as plain Node, so nobody gets that from it.
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    enableCookieEncryption: true,
    grantFileProtocolExtraPrivileges: false,
    loadBrowserProcessSpecificV8Snapshot: false,
  },

  protocols: [{ name: "Digester", schemes: ["digester"], role: "Viewer" }],
  fileAssociations: [
    {
      ext: "json",
      name: "Loader instruction",
      description: "GOBii loader instruction",
      role: "Viewer",
      rank: "Alternate",
    },
  ],

  linux: {
    target: ["AppImage", "deb"],
    category: "Science",
    synopsis: "Digests genotype files into load-ready GOBii tables",
    executableName: "digester",
  },
  mac: {
    target: ["dmg"],
    category: "public.app-category.developer-tools",
    hardenedRuntime: true,
  },
  win: { target: ["nsis"] },
  nsis: {
    oneClick: false,
    perMachine: false,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
  },
};
