import { lazy, Suspense } from "react";
import type { EditorViewProps } from "./editor-view.tsx";
import classes from "./json-editor.module.css";

const JsonEditorView = lazy(() => import("./editor-view.tsx"));

/** A JSON editor that fills its box; loaded when it is first needed. */
export function JsonEditor(props: EditorViewProps) {
  return (
    <div className={classes["box"]}>
      <Suspense fallback={<div className={classes["waiting"]} aria-busy />}>
        <JsonEditorView {...props} />
      </Suspense>
    </div>
  );
}
