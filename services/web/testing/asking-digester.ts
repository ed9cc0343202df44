import { expect } from "vitest";
import { ErrandList, type Errand } from "../../contract/errand.ts";
import { fakeDigester } from "./fake-digester.ts";
import type { TestWeb } from "./running-web.ts";

/** Asks for the work of a digester that could be reached, but is not. */
export async function asking(web: TestWeb, fields: Parameters<typeof fakeDigester>[0] = {}) {
  const digester = await fakeDigester(fields);
  const { id, boot } = digester.status;
  const self = { id, boot, url: "asks://node-1", token: digester.token };
  const { status, body } = await web.ask("POST", "/api/v1/digesters", self);
  expect(status).toBe(201);
  const send = (path: string, token: string, given: string, at: TestWeb = web) =>
    fetch(`${at.url}/api/callback/errands${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: given,
    });
  const ask = async (
    token: string = body.callback.token,
    at = web,
    underWay: readonly string[] = [],
  ): Promise<Errand[]> => {
    const answer = await send("", token, JSON.stringify({ underWay }), at);
    if (!answer.ok) throw new Error(String(answer.status));
    return ErrandList.parse(await answer.json()).errands;
  };
  const make = async (
    { id: errand, method, path, body: given }: Errand,
    at = web,
  ): Promise<void> => {
    const answer = await fetch(digester.url + path, {
      method,
      headers: { authorization: `Bearer ${digester.token}` },
      ...(given === undefined ? {} : { body: JSON.stringify(given) }),
    });
    await send(`/${errand}?status=${answer.status}`, body.callback.token, await answer.text(), at);
  };
  /** Asks this service and makes what comes, until it is told to stop or the service ends. */
  const keepAsking = (at: TestWeb): (() => void) => {
    const ending = new AbortController();
    const underWay = new Set<string>();
    const begin = (errand: Errand): void => {
      underWay.add(errand.id);
      make(errand, at)
        .catch(() => undefined)
        .finally(() => underWay.delete(errand.id));
    };
    const asked = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        for (const errand of await ask(undefined, at, [...underWay])) begin(errand);
      }
    };
    asked().catch(() => undefined);
    return () => ending.abort();
  };
  return { digester, ask, make, send, keepAsking, token: body.callback.token };
}
