import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono-font)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": {
    // Text that is scrolled sideways goes under it.
    backgroundColor: "var(--ground)",
    color: "var(--muted)",
    border: "none",
    paddingLeft: "4px",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--ground-hover)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": {
    backgroundColor: "var(--ground-selected) !important",
  },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--ground-hover)",
    border: "1px solid var(--line)",
    color: "var(--muted)",
    padding: "0 6px",
  },
  ".cm-searchMatch": { backgroundColor: "var(--flash)", outline: "1px solid var(--status-held)" },
  ".cm-panels": { backgroundColor: "var(--ground-side)", color: "var(--text)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel input, .cm-panel button, .cm-panel label": {
    fontFamily: "var(--text-font)",
    fontSize: "12px",
  },
  ".cm-textfield, .cm-button": {
    background: "var(--ground)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--ground-raised)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--mono-font)",
    fontSize: "12.5px",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--ground-selected)",
    color: "var(--text)",
  },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--muted)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-completionIcon": { display: "none" },
  ".cm-diagnostic": { fontFamily: "var(--text-font)", fontSize: "12.5px", padding: "6px 10px" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--status-failed)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--status-failed)",
    textDecorationSkipInk: "none",
  },
  ".cm-placeholder": { color: "var(--muted)" },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--text)" },
  { tag: [tags.number, tags.bool], color: "var(--status-in-progress)" },
  { tag: tags.null, color: "var(--muted)" },
  { tag: [tags.separator, tags.bracket], color: "var(--muted)" },
  { tag: tags.invalid, color: "var(--status-failed)" },
]);

/** Takes its colours from the page, so that it follows the theme by itself. */
export const editorTheme = [look, syntaxHighlighting(colours)];
