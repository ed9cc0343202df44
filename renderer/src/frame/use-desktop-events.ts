import { useEffect, useEffectEvent } from "react";
import { useLocation } from "wouter";
import type { DesktopEvent } from "../../../services/contract/desktop.ts";
import { desktop } from "../desktop.ts";

/** Goes where the desktop's menu, notifications and opened files lead. */
export function useDesktopEvents(): void {
  const [, navigate] = useLocation();
  const follow = useEffectEvent((event: DesktopEvent) => {
    switch (event.kind) {
      case "navigate":
        navigate(event.path);
        return;
      case "instruction":
        navigate("/submit", { state: { file: event.file } });
        return;
    }
  });
  useEffect(() => desktop()?.onEvent((event) => follow(event)), []);
}
