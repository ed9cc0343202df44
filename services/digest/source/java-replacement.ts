import { AppError } from "../../contract/errors.ts";
import type { JavaRegex } from "./java-regex.ts";

/**
 * Compiles Java's replacement text: `$1` and `${name}` are groups, a backslash quotes the character behind it.
 *
 * @throws AppError `invalid_instruction` where Java would throw on the first match.
 */
export function compileJavaReplacement(
  replacement: string,
  pattern: JavaRegex,
): (match: RegExpExecArray) => string {
  const refuse = (why: string): never => {
    throw new AppError(
      "invalid_instruction",
      `The replacement ${JSON.stringify(replacement)} cannot be used: ${why}`,
    );
  };
  const parts: (string | number)[] = [];
  for (let at = 0; at < replacement.length; at++) {
    const character = replacement.charAt(at);
    if (character === "\\") {
      at++;
      if (at >= replacement.length) refuse("it ends with a backslash");
      parts.push(replacement.charAt(at));
    } else if (character === "$") {
      const name = /^\{([A-Za-z][A-Za-z0-9]*)\}/.exec(replacement.slice(at + 1))?.[1];
      if (name !== undefined) {
        const group = pattern.groupNames.indexOf(name);
        if (group < 0) refuse(`there is no group named "${name}"`);
        parts.push(pattern.groups[group] ?? 0);
        at += name.length + 2;
        continue;
      }
      const digits = /^\d+/.exec(replacement.slice(at + 1))?.[0];
      if (digits === undefined)
        return refuse('"$" must be followed by the number of a group; write \\$ for a dollar sign');
      let length = digits.length;
      // As many digits as make the number of a group, at least one.
      while (length > 1 && Number(digits.slice(0, length)) >= pattern.groups.length) length--;
      const group = pattern.groups[Number(digits.slice(0, length))];
      if (group === undefined) return refuse(`there is no group ${digits.slice(0, length)}`);
      parts.push(group);
      at += length;
    } else {
      parts.push(character);
    }
  }
  return (match) =>
    parts.map((part) => (typeof part === "string" ? part : (match[part] ?? ""))).join("");
}
