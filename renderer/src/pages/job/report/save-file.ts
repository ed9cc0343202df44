/** Lets the browser save something under a name. @param what its content, or the address of a picture as data. */
export function saveFile(name: string, what: Blob | string): void {
  const address = typeof what === "string" ? what : URL.createObjectURL(what);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  if (typeof what !== "string") setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
