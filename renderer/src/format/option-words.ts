/** The options of a strategy as a person reads them: `halfLifeHours` → `half life hours: 24`; empty ones are left out. */
export function optionWords(options: Readonly<Record<string, unknown>>): string {
  return pairsOf(options)
    .map(([name, value]) => `${wordsOfName(name).toLowerCase()}: ${valueWords(value)}`)
    .join(" · ");
}

/** `maxPerSubmitter` → `Max per submitter`. */
export function wordsOfName(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `{ana: 2}` → `ana 2`; of a part of several its name, and its options in brackets. */
function valueWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(partWords).join(", ");
  if (!isRecord(value)) return typeof value === "string" ? value : JSON.stringify(value);
  return pairsOf(value)
    .map(([name, one]) => `${name} ${valueWords(one)}`)
    .join(", ");
}

function partWords(part: unknown): string {
  if (!isRecord(part) || typeof part["name"] !== "string") return valueWords(part);
  const { name, options } = part;
  const words = isRecord(options) ? optionWords(options) : "";
  return words === "" ? name : `${name} (${words})`;
}

function pairsOf(options: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(options).filter(([, value]) => !isEmpty(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}
