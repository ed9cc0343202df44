/** For as long as the page is there, what the browser would not keep: storage may be forbidden or full. */
const unkept = new Map<string, string | null>();

/** What was kept under a name, in this browser or else in this page; null where nothing was. */
export function readKept(name: string): string | null {
  const own = unkept.get(name);
  if (own !== undefined) return own;
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text in this browser, or in this page where the browser keeps nothing; null forgets it. */
export function writeKept(name: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
    unkept.delete(name);
  } catch {
    unkept.set(name, text);
  }
}
