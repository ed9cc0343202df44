import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completeInstruction } from "./instruction-completion.ts";
import { atCaret } from "./json-caret.ts";

/** What is offered where the bar stands. */
async function offered(marked: string, explicit = true) {
  const pos = marked.indexOf("|");
  const doc = marked.replace("|", "");
  const context = new CompletionContext(EditorState.create({ doc }), pos, explicit);
  const result = await completeInstruction(context);
  return result === null ? null : { ...result, labels: result.options.map(({ label }) => label) };
}

describe("while an instruction is typed", () => {
  it("offers the keys of a table, without those that it has", async () => {
    const found = await offered('[{"table": "marker", "go|"}]');
    expect(found?.labels).toContain('"gobiiFile"');
    expect(found?.labels).toContain('"gobiiFileColumns"');
    expect(found?.labels).not.toContain('"table"');
    expect(found).toMatchObject({ from: 21, to: 25 });
    expect(found?.options.find(({ label }) => label === '"gobiiFile"')).toMatchObject({
      detail: "object",
      apply: '"gobiiFile": ',
    });
  });

  it("offers those of the object one is in, however deep and half-typed", async () => {
    expect((await offered('[{"gobiiFile": {|'))?.labels).toContain('"destination"');
    const column = await offered('[{}, {"gobiiFileColumns": [{"name": "x"}, {"r|');
    expect(column?.labels).toContain('"rCoord"');
    expect((await offered('{"metadata": {"datasetType": {"|"}}}'))?.labels).toEqual([
      '"id"',
      '"name"',
    ]);
    expect((await offered('{"|'))?.labels).toEqual(['"metadata"', '"instructions"']);
  });

  it("offers the values that a place names", async () => {
    const types = await offered('[{"gobiiFileColumns": [{"gobiiColumnType": "CSV|"}]}]');
    expect(types?.labels).toContain('"CSV_BOTH"');
    expect((await offered('[{"qcCheck": |}]'))?.labels).toEqual(["true", "false", "null"]);
    expect((await offered('[{"table": "ma|"}]'))?.labels ?? []).not.toContain('"marker"');
  });

  it("keeps the colon that is there, and says nothing where nothing may stand", async () => {
    const found = await offered('[{"tab|": "x"}]');
    expect(found?.options.find(({ label }) => label === '"table"')?.apply).toBe('"table"');
    expect(await offered('[{"table": "marker" |}]')).toBeNull();
    expect(await offered('[{"table": "marker"}] |')).toBeNull();
    // Not before one has begun to type.
    expect(await offered('[{"table": "marker", |}]', false)).toBeNull();
  });
});

it("answers at any place of any text", () => {
  const piece = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "a", "table", " ", "1", "null");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(), (pieces, at) => {
      const text = pieces.join("");
      const caret = at % (text.length + 1);
      const place = atCaret(text, caret);
      if (place === null) return;
      expect(place.from).toBeLessThanOrEqual(caret);
      expect(place.to).toBeGreaterThanOrEqual(caret);
      expect(place.to).toBeLessThanOrEqual(text.length);
    }),
  );
});
