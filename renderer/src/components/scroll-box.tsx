import { ScrollArea } from "@mantine/core";
import type { ReactNode } from "react";

interface ScrollBoxProps {
  readonly label: string;
  /** In pixels. */
  readonly maxHeight: number;
  readonly children: ReactNode;
}

/** A box that scrolls what is too large for it, by keys as well. */
export function ScrollBox({ label, maxHeight, children }: ScrollBoxProps) {
  return (
    <ScrollArea.Autosize
      mah={maxHeight}
      type="auto"
      viewportProps={{ tabIndex: 0, role: "group", "aria-label": label }}
      style={{ border: "1px solid var(--line)", borderRadius: 6 }}
    >
      {children}
    </ScrollArea.Autosize>
  );
}
