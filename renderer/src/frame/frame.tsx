import { useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { useState, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { useLocation } from "wouter";
import { useDensityOfPage } from "../components/density.ts";
import { tellError } from "../components/tell.ts";
import { useTimeZone } from "../components/time-zone.ts";
import { desktop } from "../desktop.ts";
import type { Command } from "./commands.ts";
import { KeyList } from "./key-list.tsx";
import { CommandContext } from "./command-context.ts";
import { Palette } from "./palette.tsx";
import { SideBar } from "./side-bar.tsx";
import { UploadProvider } from "./upload-provider.tsx";
import { useBadge } from "./use-badge.ts";
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
  const { setColorScheme } = useMantineColorScheme();
  const [, setZone] = useTimeZone();

  function run(command: Command): void {
    switch (command.kind) {
      case "go":
        navigate(command.path);
        return;
      case "search":
        // At once, so that the box has the next key; and again when the palette, in closing, has given the focus back.
        if (location !== "/jobs") flushSync(() => navigate("/jobs"));
        focusSearch();
        requestAnimationFrame(focusSearch);
        return;
      case "palette":
        spotlight.open();
        return;
      case "keys":
        setKeysShown(true);
        return;
      case "scheme":
        setColorScheme(command.scheme);
        return;
      case "zone":
        setZone(command.zone);
        return;
      case "instruction":
        void openInstruction();
        return;
    }
  }

  async function openInstruction(): Promise<void> {
    try {
      const file = await desktop()?.chooseInstruction();
      if (file !== undefined && file !== null) navigate("/submit", { state: { file } });
    } catch (thrown) {
      tellError("The file could not be read", thrown);
    }
  }

  useKeyStrokes(run);
  useDesktopEvents();
  useBadge();
  useDensityOfPage();

  return (
    <CommandContext value={run}>
      <a href="#content" className={classes["skip"]}>
        Skip to content
      </a>
      <div className={classes["frame"]}>
        <SideBar />
        <div className={classes["page"]}>
          <UploadProvider>{children}</UploadProvider>
        </div>
      </div>
      <VisuallyHidden component="output" aria-live="polite">
        {announcement}
      </VisuallyHidden>
      <KeyList opened={keysShown} onClose={() => setKeysShown(false)} />
      <Palette onCommand={run} />
    </CommandContext>
  );
}

function focusSearch(): void {
  document.getElementById("job-search")?.focus();
}
