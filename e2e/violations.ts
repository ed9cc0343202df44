import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/**
 * What axe finds wrong with a page. It is asked for nothing else and without a page of its own for its report, which takes
 * half as long; there are no frames of other origins that it would miss so.
 */
export async function violationsOn(page: Page) {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).setLegacyMode();
  return (await axe.analyze()).violations;
}
