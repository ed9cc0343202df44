import { describe, expect, it } from "vitest";
import { fillIn, wantedAt } from "./completion.ts";

/** `|` stands for the caret. */
function at(text: string) {
  const caret = text.indexOf("|");
  return wantedAt(text.replace("|", ""), caret);
}

function fill(text: string, insert: string): string {
  const caret = text.indexOf("|");
  const plain = text.replace("|", "");
  const wanted = wantedAt(plain, caret);
  if (wanted === null) throw new Error("nothing is wanted");
  const filled = fillIn(plain, wanted, insert);
  return `${filled.text.slice(0, filled.caret)}|${filled.text.slice(filled.caret)}`;
}

describe("completion", () => {
  it("offers qualifiers at the beginning of a word", () => {
    expect(at("|")).toMatchObject({ kind: "qualifier", part: "" });
    expect(at("gbs Sub|")).toMatchObject({ kind: "qualifier", part: "sub", from: 4, to: 7 });
    expect(at("-sta|")).toMatchObject({ kind: "qualifier", part: "sta", from: 1 });
    expect(at("wheat_7|")).toBeNull();
  });

  it("offers values after a qualifier and after each comma, beside the other terms", () => {
    expect(at("gbs status:fa| name:x")).toEqual({
      kind: "value",
      qualifier: "status",
      part: "fa",
      from: 11,
      to: 13,
      others: "gbs   name:x",
    });
    expect(at("status:failed,ab|")).toMatchObject({ part: "ab", from: 14 });
    expect(at('submitter:"Ada L|')).toMatchObject({ part: "Ada L", from: 10, others: "" });
    expect(at('submitter:"Ada"|')).toBeNull();
    expect(at("colour:re|")).toBeNull();
  });

  it("fills in what was chosen, with a space behind a value", () => {
    expect(fill("sub| gbs", "submitter:")).toBe("submitter:| gbs");
    expect(fill("submitter:a| gbs", '"Ada L"')).toBe('submitter:"Ada L" |gbs');
    expect(fill("status:failed,a|", "aborted")).toBe("status:failed,aborted |");
  });
});
