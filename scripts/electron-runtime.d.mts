/** Where Electron's executable is, or in words why it is not. Never downloads. */
export function findElectron(
  environment?: NodeJS.ProcessEnv,
  directory?: string,
): { path: string } | { missing: string };
