import { useEffect, useEffectEvent } from "react";
import { useLocation } from "wouter";
import { mostInstructionBytes } from "../api/instructions.ts";

/**
 * Takes what is dropped where nothing else does, from the file manager or elsewhere: without it the browser would show
 * the file in place of the console. An instruction is opened to be looked over.
 *
 * @param onDataFiles told of all else.
 */
export function useFileDrop(onDataFiles: (files: readonly File[]) => void): void {
  const [, navigate] = useLocation();

  const onDrop = useEffectEvent(async (files: readonly File[]) => {
    const [only] = files;
    if (files.length === 1 && only !== undefined && isInstruction(only)) {
      const file = { name: only.name, path: `${only.name} ${Date.now()}`, text: await only.text() };
      navigate("/submit", { state: { file } });
      return;
    }
    onDataFiles(files);
  });

  useEffect(() => {
    function allow(event: DragEvent): void {
      if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
    }
    function drop(event: DragEvent): void {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (event.defaultPrevented || files.length === 0) return;
      event.preventDefault();
      void onDrop(files);
    }
    window.addEventListener("dragover", allow);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", allow);
      window.removeEventListener("drop", drop);
    };
  }, []);
}

function isInstruction(file: File): boolean {
  return /\.json$/i.test(file.name) && file.size <= mostInstructionBytes;
}
