import { useEffect, useEffectEvent } from "react";
import type { Command } from "./commands.ts";
import { noStrokes, stroke } from "./key-strokes.ts";

/** Listens to the keyboard, but not to what is typed into a field or pressed with a modifier. */
export function useKeyStrokes(run: (command: Command) => void): void {
  const onCommand = useEffectEvent(run);
  useEffect(() => {
    let strokes = noStrokes;
    function onKey(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const next = stroke(strokes, event.key, Date.now());
      strokes = next.strokes;
      if (next.command === null) return;
      event.preventDefault();
      onCommand(next.command);
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)) &&
    target.getAttribute("type") !== "checkbox"
  );
}
