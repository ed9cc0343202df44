import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";

const Rectangle = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
});
/** In device-independent pixels of the virtual desktop that all screens make up. */
export type Rectangle = z.infer<typeof Rectangle>;

export const WindowState = z.object({ bounds: Rectangle, maximized: z.boolean() });
export type WindowState = z.infer<typeof WindowState>;

export const defaultSize = { width: 1360, height: 860 } as const;
export const minimumSize = { width: 720, height: 480 } as const;

/** How much of a window, in pixels each way, must be on a screen for a person to get hold of it. */
const grip = 120;

export type Placement = { width: number; height: number; x?: number; y?: number };

/**
 * Where the window opens: where it was, if enough of that is on a screen that is there now; else in its old size, or the
 * default, wherever the system puts it. Never larger than the largest screen.
 */
export function placeWindow(saved: WindowState | null, workAreas: readonly Rectangle[]): Placement {
  const bounds = saved?.bounds;
  const width = Math.min(
    bounds?.width ?? defaultSize.width,
    Math.max(minimumSize.width, ...workAreas.map((area) => area.width)),
  );
  const height = Math.min(
    bounds?.height ?? defaultSize.height,
    Math.max(minimumSize.height, ...workAreas.map((area) => area.height)),
  );
  if (bounds === undefined) return { width, height };
  const placed = { x: bounds.x, y: bounds.y, width, height };
  return workAreas.some((area) => isWithinReach(placed, area)) ? placed : { width, height };
}

/** The title bar is what one moves a window by: its upper edge must be on the screen too. */
function isWithinReach(window: Rectangle, area: Rectangle): boolean {
  const overlap =
    Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  return overlap >= grip && window.y >= area.y && window.y <= area.y + area.height - grip;
}

/** The window as it was; null when that was never saved or cannot be read: a window is not worth a failed start. */
export async function readWindowState(file: string): Promise<WindowState | null> {
  try {
    return WindowState.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null;
  }
}

/** Synchronous, since it runs while the window closes. */
export function saveWindowState(file: string, state: WindowState): void {
  writeFileAtomic.sync(file, `${JSON.stringify(state)}\n`);
}
