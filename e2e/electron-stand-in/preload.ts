import { readFileSync } from "node:fs";
import type { Page } from "playwright";
import { decode, encode } from "./codec.ts";
import { runPreload } from "./page.ts";
import type { PageCall, PageMessage } from "./page.ts";

const bindingName = "__electronStandIn";

export type PageLink = {
  send(channel: string, args: unknown[]): Promise<void>;
};

/**
 * Gives a page its preload script and a way to call main. By the protocol's own binding, not Playwright's
 * `exposeBinding`: the spec is a second client of the page, and the two would answer each other's calls.
 */
export async function linkPage(
  page: Page,
  preloadFile: string,
  onCall: (channel: string, args: unknown[]) => Promise<unknown>,
): Promise<PageLink> {
  const deliver = async (message: PageMessage): Promise<void> => {
    await page.evaluate(
      ([name, detail]) => window.dispatchEvent(new CustomEvent(name, { detail })),
      [bindingName, encode(message)] as const,
    );
  };
  const answer = async ({ document, id, channel, args }: PageCall): Promise<void> => {
    try {
      await deliver({ kind: "answer", document, id, value: await onCall(channel, args) });
    } catch (thrown) {
      const text = thrown instanceof Error ? String(thrown) : "unknown";
      const message = `Error invoking remote method '${channel}': ${text}`;
      await deliver({ kind: "failure", document, id, message });
    }
  };

  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.enable");
  await session.send("Runtime.addBinding", { name: bindingName });
  session.on("Runtime.bindingCalled", ({ name, payload }) => {
    if (name !== bindingName) return;
    // The page may be gone by the time of the answer.
    answer(decode(payload) as PageCall).catch(() => {});
  });
  await page.addInitScript({
    content: `(${runPreload.toString()})(
      function (require, module, exports) { ${readFileSync(preloadFile, "utf8")}\n },
      { encode: ${encode.toString()}, decode: ${decode.toString()} },
      ${JSON.stringify(bindingName)},
    );`,
  });
  return { send: (channel, args) => deliver({ kind: "send", channel, args }) };
}
