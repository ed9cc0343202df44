import { findElectron } from "../scripts/electron-runtime.mjs";
import { findChromium } from "./chromium.ts";

/**
 * Says, once and loudly, what this run can prove. `E2E=required` makes a missing Chromium a failure, `ELECTRON_E2E=required`
 * a missing Electron runtime.
 */
export default function globalSetup(): void {
  const chromium = findChromium();
  const electron = findElectron();
  if ("missing" in chromium) {
    const message = `ALL BROWSER SPECS ARE SKIPPED: ${chromium.missing}`;
    if (process.env["E2E"] === "required") throw new Error(message);
    announce(`*** ${message} ***`);
  } else {
    announce(`browser e2e: ${chromium.path}`);
  }
  if ("missing" in electron) {
    if (process.env["ELECTRON_E2E"] === "required") {
      throw new Error(`ELECTRON_E2E=required, but ${electron.missing}`);
    }
    announce(
      `desktop e2e: the built main and preload on a stand-in for electron, windows as Chromium pages (${electron.missing})`,
    );
  } else {
    announce(`desktop e2e: Electron at ${electron.path}`);
  }
}

function announce(line: string): void {
  process.stderr.write(`${line}\n`);
}
