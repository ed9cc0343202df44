import { autocompletion, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { foldGutter, foldKeymap } from "@codemirror/language";
import { lintGutter, linter, type LintSource } from "@codemirror/lint";
import { MergeView } from "@codemirror/merge";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useEffectEvent, useRef } from "react";
import { editorTheme } from "../../../components/json-editor/editor-theme.ts";

export interface JsonMergeViewProps {
  readonly original: string;
  readonly initial: string;
  /** Absent: both texts are to be read only. */
  readonly onChange?: (text: string) => void;
  readonly lint?: LintSource;
  /** What is offered while one types. */
  readonly complete?: CompletionSource;
}

/** Two texts side by side, what differs marked. Where neither can be changed, all else is folded away. */
export default function JsonMergeView(props: JsonMergeViewProps) {
  const { original, initial, onChange, lint, complete } = props;
  const place = useRef<HTMLDivElement>(null);
  const onText = useEffectEvent((text: string) => onChange?.(text));
  const makeView = useEffectEvent((parent: HTMLElement) => {
    const changes =
      onChange === undefined
        ? readOnly
        : [
            history(),
            EditorView.updateListener.of((update) => {
              if (update.docChanged) onText(update.state.doc.toString());
            }),
          ];
    return new MergeView({
      parent,
      a: { doc: original, extensions: [common, readOnly, labelled("Original instruction")] },
      b: {
        doc: initial,
        extensions: [
          complete === undefined
            ? []
            : [autocompletion({ override: [complete] }), keymap.of(completionKeymap)],
          common,
          changes,
          labelled("Edited instruction"),
          lint === undefined ? [] : [linter(lint, { delay: 200 }), lintGutter()],
        ],
      },
      // What is to be changed must be seen.
      ...(onChange === undefined
        ? { collapseUnchanged: { margin: 4, minSize: 8 } }
        : { revertControls: "a-to-b" as const }),
    });
  });
  useEffect(() => {
    if (place.current === null) return;
    const view = makeView(place.current);
    return () => view.destroy();
  }, []);
  return <div ref={place} />;
}

const common: Extension = [
  lineNumbers(),
  foldGutter(),
  search({ top: true }),
  json(),
  editorTheme,
  keymap.of([...searchKeymap, ...foldKeymap, ...historyKeymap, ...defaultKeymap]),
];

const readOnly: Extension = [
  EditorState.readOnly.of(true),
  EditorView.contentAttributes.of({ "aria-readonly": "true" }),
];

function labelled(label: string): Extension {
  return EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" });
}
