/**
 * What to say to whoever runs this on a Node that is too old, where it would fail anywhere in its midst; null on one that will do.
 *
 * @param version as `process.versions.node` has it.
 * @param engines as `package.json` says it: `>=20.19`.
 */
export function tooOld(version: string, engines: string): string | null {
  const needed = engines.replace(/^>=/, "");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  const isNewer = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  return isNewer ? null : `This is Node ${version}. Needed is ${needed} or newer.`;
}
