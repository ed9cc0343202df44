import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useLocation } from "wouter";
import { mostInstructionBytes } from "../api/instructions.ts";
import type { DroppedFiles } from "./dropped-files.ts";

/**
 * Takes what is dropped where nothing else does, from the file manager or elsewhere: without it the browser would show
 * the file in place of the console. An instruction is opened to be looked over, data files are sent to be mapped.
 */
export function useFileDrop(): DroppedFiles {
  const [, navigate] = useLocation();
  const [drops, setDrops] = useState(0);
  const waiting = useRef<readonly File[]>([]);

  const onDrop = useEffectEvent(async (files: readonly File[]) => {
    const [only] = files;
    if (only === undefined) return;
    if (files.length === 1 && /\.json$/i.test(only.name) && only.size <= mostInstructionBytes) {
      const file = { name: only.name, path: `${only.name} ${Date.now()}`, text: await only.text() };
      navigate("/submit", { state: { file } });
      return;
    }
    waiting.current = files;
    setDrops(drops + 1);
    navigate("/submit?tab=data");
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

  return {
    drops,
    take: () => {
      const files = waiting.current;
      waiting.current = [];
      return files;
    },
  };
}
