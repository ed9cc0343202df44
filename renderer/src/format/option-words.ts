/** The options of a strategy as a person reads them: `halfLifeHours` → `half life hours: 24`; empty ones are left out. */
export function optionWords(options: Readonly<Record<string, unknown>>): string {
  return Object.entries(options)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => {
      const words = name.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
      return `${words}: ${typeof value === "string" ? value : JSON.stringify(value)}`;
    })
    .join(" · ");
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}
