import { describe, expect, it } from "vitest";
import { compileJavaReplacement } from "./java-replacement.ts";
import { translateJavaRegex } from "./java-regex.ts";

/** All matches of a Java expression. */
function matches(pattern: string, text: string): string[] {
  return [...text.matchAll(translateJavaRegex(pattern).regex)].map((match) => match[0]);
}

describe("translateJavaRegex", () => {
  it.each([
    ["[a-c]+", "xabcx", ["abc"]],
    ["(?i)ab", "aBAb", ["aB", "Ab"]],
    ["(?i)éa", "ÉA éA", ["éA"]],
    ["(?iu)éa", "ÉA", ["ÉA"]],
    ["(?i)(a)b\\1", "abA", ["abA"]],
    ["a(?i)b|c", "ab aB AB C", ["ab", "aB", "C"]],
    ["(?i:aB)c", "ABc abC abc", ["ABc", "abc"]],
    ["(a(?i)b)c", "aBc aBC", ["aBc"]],
    ["(?i)a(?-i)b", "Ab AB ab", ["Ab", "ab"]],
    ["(?i)a(?-i:b)c", "AbC ABC", ["AbC"]],
    ["x(?i)[a-c]+", "xAbC", ["xAbC"]],
    ["x(?i)[^a]", "xA xa xb", ["xb"]],
    ["x(?i)\\p{Lower}", "xA x1", ["xA"]],
    ["x(?i)\\Qa.\\E", "xA. xAb", ["xA."]],
    ["x(?i)\\x41", "xa xA", ["xa", "xA"]],
    ["x(?i)\\d\\W", "x1- x1a", ["x1-"]],
    // Without the flag u, Java knows of no case but that of ASCII.
    ["x(?i)é[k]", "xéK xÉk xé\u212a", ["xéK"]],
    ["(?s:.)b.", "\nb\n \nbc", ["\nbc"]],
    ["(?m)^b$", "a\nb\nc", ["b"]],
    ["(?m:^)b$", "a\nb", ["b"]],
    ["(?x) a b # c\n c", "a b abc", ["abc"]],
    ["(?x: a b ) c d", "ab c d abcd", ["ab c d"]],
    ["(?x: a\\ b ) c", "a b c", ["a b c"]],
    ["(?ix) A {2}", "aAa", ["aA"]],
    ["\\Qa.b\\E+", "a.bb axb", ["a.bb"]],
    ["\\p{Alpha}+", "ab12é", ["ab"]],
    ["\\P{Digit}+", "ab12", ["ab"]],
    ["\\p{Lu}", "aÉB", ["É", "B"]],
    ["\\pL+", "aé1", ["aé"]],
    ["\\h+", "a\u00a0 \tb\n", ["\u00a0 \t"]],
    ["\\s", "a\u00a0b c", [" "]],
    ["[\\s,;]+", "a, b;c", [", ", ";"]],
    ["a++b", "aaab", ["aaab"]],
    ["a++ab", "aaab", []],
    ["(?>a|ab)c", "abc ac", ["ac"]],
    ["(a)(b++)\\2?\\1", "abba", ["abba"]],
    ["(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10", "abcdefghijj", ["abcdefghijj"]],
    ["(a)\\10", "aa0", ["aa0"]],
    ["[a-z&&[^m-p]]+", "almnz", ["al", "z"]],
    ["[abc[xyz]]+", "axdb", ["ax", "b"]],
    ["[]a]+", "]ab", ["]a"]],
    ["[a\\-c-]+", "a-cb", ["a-c"]],
    ["\\x41\\u0042\\t\\e", "AB\t\x1b", ["AB\t\x1b"]],
    ["\\Aab\\z", "ab", ["ab"]],
    ["(?<x>a)\\k<x>", "aa", ["aa"]],
    ["a{2,3}?", "aaaa", ["aa", "aa"]],
    ["^a|b$", "ab", ["a", "b"]],
    ["(?=a)a(?!b)", "abac", ["a"]],
    ["(?<=a)b", "abb", ["b"]],
    ["_-'\"/@#~", "_-'\"/@#~", ["_-'\"/@#~"]],
    [".", "😀", ["😀"]],
    // Letters of any script are of a word to Java's boundaries, though not to its \\w.
    ["\\bDr\\b", "Dr Dré Dr_ (Dr)", ["Dr", "Dr"]],
    ["\\Bc", "éc c", ["c"]],
  ])("finds %j in %j", (pattern, text, expected) => {
    expect(matches(pattern, text)).toEqual(expected);
  });

  it.each([
    ["(", /"\(" is not closed/],
    [")", /closes nothing/],
    ["[a", /class is not closed/],
    ["*a", /nothing to repeat/],
    ["a\\", /ends with a backslash/],
    ["a(?U)b", /flags/],
    ["(?i-s-m)b", /flags/],
    ["(?i", /flags/],
    ["a(?iu)b", /whole/],
    ["(?iu)a(?-i)b", /whole/],
    ["(a)(?i)\\1", /part only/],
    ["(?x)[ a]", /backslash/],
    ["\\Gab", /not known here/],
    ["\\2(a)", /comes later/],
    ["a{x}", /no repetition/],
    ["[z-a]", /range/i],
    ["\\p{Nonsense}", /property/i],
  ])("refuses %j", (pattern, why) => {
    expect(() => translateJavaRegex(pattern)).toThrow(why);
    expect(() => translateJavaRegex(pattern)).toThrow(JSON.stringify(pattern));
  });
});

const replace = (pattern: string, replacement: string, text: string): string => {
  const translated = translateJavaRegex(pattern);
  const write = compileJavaReplacement(replacement, translated);
  const match = translated.regex.exec(text);
  return match === null ? text : write(match);
};

describe("compileJavaReplacement", () => {
  it.each([
    ["(a)(b)", "$2-$1-$0", "ab", "b-a-ab"],
    ["(a)(b)?", "[$2]", "a", "[]"],
    ["(a)", "$12", "a", "a2"],
    ["(?<one>a)", "${one}!", "a", "a!"],
    ["a", "\\$1\\\\", "a", "$1\\"],
    ["(a++)(b)", "$2$1", "aab", "baa"],
  ])("replaces %j by %j in %j", (pattern, replacement, text, expected) => {
    expect(replace(pattern, replacement, text)).toBe(expected);
  });

  it.each(["$", "$x", "$1", "${none}", "\\"])("refuses %j", (replacement) => {
    expect(() => replace("a", replacement, "a")).toThrow(/cannot be used/);
  });
});
