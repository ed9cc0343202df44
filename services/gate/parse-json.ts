/** What a text says as JSON; null where it is not JSON, as for a text that says `null`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
