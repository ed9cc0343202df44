import { autocompletion, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { lintGutter, lintKeymap, linter, type LintSource } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { useEffect, useEffectEvent, useRef } from "react";
import { editorTheme } from "./editor-theme.ts";

export interface EditorViewProps {
  readonly value: string;
  readonly label: string;
  /** Absent: the text can be read, folded and searched, not changed. */
  readonly onChange?: (value: string) => void;
  readonly lint?: LintSource;
  /** What is offered while one types, and by Ctrl Space. */
  readonly complete?: CompletionSource;
  readonly hint?: string;
}

/** JSON in CodeMirror. Tab leaves it, as everywhere on the page. `lint`, `complete` and `hint` are those of the first drawing. */
export default function JsonEditorView(props: EditorViewProps) {
  const { value, label, onChange, lint, complete, hint } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const onText = useEffectEvent((text: string) => onChange?.(text));
  const makeView = useEffectEvent((parent: HTMLElement) => {
    const state = EditorState.create({
      doc: value,
      extensions: [
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        complete === undefined
          ? []
          : [autocompletion({ override: [complete] }), keymap.of(completionKeymap)],
        common,
        onChange === undefined ? readOnly : writable(onText),
        lint === undefined ? [] : [linter(lint, { delay: 200 }), lintGutter()],
        hint === undefined ? [] : placeholder(hint),
      ],
    });
    return new EditorView({ state, parent });
  });

  useEffect(() => {
    if (place.current === null) return;
    const made = makeView(place.current);
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    const current = view.current;
    if (current === null || current.state.doc.toString() === value) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={place} style={{ height: "100%", minHeight: 0 }} />;
}

const common: Extension = [
  lineNumbers(),
  foldGutter(),
  bracketMatching(),
  highlightSelectionMatches(),
  search({ top: true }),
  json(),
  editorTheme,
  keymap.of([...searchKeymap, ...foldKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
];

const readOnly: Extension = [
  EditorState.readOnly.of(true),
  EditorView.contentAttributes.of({ "aria-readonly": "true" }),
];

function writable(onText: (text: string) => void): Extension {
  return [
    history(),
    indentOnInput(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onText(update.state.doc.toString());
    }),
  ];
}
