import type { KeyboardEvent } from "react";

interface Rows {
  readonly count: number;
  /** Scrolls a row into sight. */
  readonly show: (index: number) => void;
}

/**
 * Arrows go from row to row, Home and End to the ends of the list, x selects. A row is entered by its link, so that Enter
 * opens the job.
 */
export function useRowKeys(scroller: { readonly current: HTMLElement | null }, rows: Rows) {
  function go(index: number): void {
    if (rows.count === 0) return;
    const at = Math.min(rows.count - 1, Math.max(0, index));
    rows.show(at);
    // The next key may come before the next frame, and means the row that this one went to.
    const link = linkOf(at);
    if (link !== null) return link.focus({ preventScroll: true });
    requestAnimationFrame(() => (linkOf(at) ?? scroller.current)?.focus({ preventScroll: true }));
  }

  function linkOf(index: number): HTMLElement | null {
    const row = scroller.current?.querySelector(`tr[aria-rowindex="${index + 2}"]`);
    return row?.querySelector("a") ?? null;
  }

  return (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target instanceof Element ? event.target.closest("tbody tr") : null;
    const at = row === null ? null : Number(row.getAttribute("aria-rowindex")) - 2;
    switch (event.key) {
      case "ArrowDown":
        go(at === null ? 0 : at + 1);
        break;
      case "ArrowUp":
        if (at === null) return;
        go(at - 1);
        break;
      case "Home":
        go(0);
        break;
      case "End":
        go(rows.count - 1);
        break;
      case "x":
        if (row === null) return;
        row.querySelector<HTMLInputElement>('input[type="checkbox"]')?.click();
        break;
      default:
        return;
    }
    event.preventDefault();
  };
}
