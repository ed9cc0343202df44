import { VisuallyHidden } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { KeyList } from "./key-list.tsx";
import type { Command } from "./key-strokes.ts";
import { ShowKeysContext } from "./keys-context.ts";
import { SideBar } from "./side-bar.tsx";
import { useDesktopEvents } from "./use-desktop-events.ts";
import { useKeyStrokes } from "./use-key-strokes.ts";
import classes from "./frame.module.css";

interface FrameProps {
  /** The newest change of status, for the live region. */
  readonly announcement: string;
  readonly children: ReactNode;
}

export function Frame({ announcement, children }: FrameProps) {
  const [keysShown, setKeysShown] = useState(false);
  const [location, navigate] = useLocation();

  function run(command: Command): void {
    switch (command.kind) {
      case "go":
        navigate(command.path);
        return;
      case "search":
        if (location !== "/jobs") navigate("/jobs");
        requestAnimationFrame(() => document.getElementById("job-search")?.focus());
        return;
      case "help":
        setKeysShown(true);
        return;
    }
  }
  useKeyStrokes(run);
  useDesktopEvents();

  return (
    <ShowKeysContext value={() => setKeysShown(true)}>
      <a href="#content" className={classes["skip"]}>
        Skip to content
      </a>
      <div className={classes["frame"]}>
        <SideBar />
        <div className={classes["page"]}>{children}</div>
      </div>
      <VisuallyHidden component="output" aria-live="polite">
        {announcement}
      </VisuallyHidden>
      <KeyList opened={keysShown} onClose={() => setKeysShown(false)} />
    </ShowKeysContext>
  );
}
