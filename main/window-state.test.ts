import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultSize, placeWindow, readWindowState, saveWindowState } from "./window-state.ts";
import type { Rectangle } from "./window-state.ts";

const laptop: Rectangle = { x: 0, y: 25, width: 1440, height: 875 };
const secondScreen: Rectangle = { x: 1440, y: 0, width: 2560, height: 1440 };
const saved = (x: number, y: number, width = 1000, height = 700) => ({
  bounds: { x, y, width, height },
  maximized: false,
});

describe("where the window opens", () => {
  it("is where it was", () => {
    expect(placeWindow(saved(1600, 100), [laptop, secondScreen])).toEqual({
      x: 1600,
      y: 100,
      width: 1000,
      height: 700,
    });
  });

  it("is up to the system at first", () => {
    expect(placeWindow(null, [secondScreen])).toEqual(defaultSize);
  });

  it("is up to the system when its screen is gone, or its title bar out of reach", () => {
    expect(placeWindow(saved(1600, 100), [laptop])).toEqual({ width: 1000, height: 700 });
    expect(placeWindow(saved(100, -300), [laptop])).toEqual({ width: 1000, height: 700 });
    expect(placeWindow(saved(-950, 100), [laptop])).toEqual({ width: 1000, height: 700 });
  });

  it("fits a smaller screen", () => {
    expect(placeWindow(saved(1440, 0, 2560, 1400), [laptop])).toEqual({
      width: 1440,
      height: 875,
    });
  });

  it("always leaves its title bar on a screen", () => {
    const coordinate = fc.integer({ min: -5000, max: 5000 });
    const size = fc.integer({ min: 1, max: 6000 });
    const rectangle = fc.record({ x: coordinate, y: coordinate, width: size, height: size });
    fc.assert(
      fc.property(
        rectangle,
        fc.array(rectangle, { minLength: 1, maxLength: 3 }),
        (bounds, areas) => {
          const placed = placeWindow({ bounds, maximized: false }, areas);
          if (placed.x === undefined || placed.y === undefined) return;
          const { x, y, width } = placed;
          const reachable = areas.some(
            (area) =>
              y >= area.y &&
              y < area.y + area.height &&
              Math.min(x + width, area.x + area.width) > Math.max(x, area.x),
          );
          expect(reachable).toBe(true);
        },
      ),
    );
  });
});

describe("the window's kept place", () => {
  let directory = "";
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "window-state-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("is read as it was written", async () => {
    const file = join(directory, "window.json");
    saveWindowState(file, { ...saved(-3, 4), maximized: true });
    expect(await readWindowState(file)).toEqual({ ...saved(-3, 4), maximized: true });
  });

  it.each(["", "{", "[]", '{"bounds":{"x":0,"y":0,"width":-5,"height":1},"maximized":false}'])(
    "is forgotten when it reads %j",
    async (text) => {
      const file = join(directory, "window.json");
      await writeFile(file, text);
      expect(await readWindowState(file)).toBeNull();
    },
  );

  it("is nowhere at first", async () => {
    expect(await readWindowState(join(directory, "none.json"))).toBeNull();
  });
});
