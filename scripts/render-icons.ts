import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "../e2e/chromium.ts";

/** In px; electron-builder makes what macOS and Windows want of the largest. */
const pictures = [
  ["icon.png", 1024],
  ["tray.png", 22],
  ["tray@2x.png", 44],
] as const;

/** Draws the icons of the application and the tray from `resources/icons/icon.svg`: `npm run icons`. */
export async function main(args: readonly string[]): Promise<void> {
  const target = args[0] ?? "resources/icons";
  await mkdir(target, { recursive: true });
  const svg = await readFile("resources/icons/icon.svg", "utf8");
  const browser = await launchChromium();
  try {
    for (const [name, size] of pictures) {
      const page = await browser.newPage({ viewport: { width: size, height: size } });
      await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw}</style>${svg}`);
      await page.screenshot({ path: join(target, name), omitBackground: true });
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
