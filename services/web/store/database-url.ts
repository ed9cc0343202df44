/** Whether a store is meant to be a database, rather than a folder. */
export function isDatabaseUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text);
}
