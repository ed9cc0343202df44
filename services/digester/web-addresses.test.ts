import pino from "pino";
import { describe, expect, it } from "vitest";
import { AppError } from "../contract/errors.ts";
import type { HttpRequest } from "../gate/http-client.ts";
import { askDirectly, createWebAddresses } from "./web-addresses.ts";

const a = "https://a";
const b = "https://b/behind";
const c = "https://c";
const callbackOf = (url: string, token = "of-record"): { url: string; token: string } => ({
  url: `${url}/api/callback`,
  token,
});
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

const baseOf = (url: string): string => url.slice(0, url.indexOf("/api/callback"));

/** @param knownAt whose tokens each address knows; one that is missing does not answer. */
function setUp(knownAt: Record<string, string[]>, urls: string[] = [`${a}/`, b, c]) {
  const proofs: string[] = [];
  const said: string[] = [];
  let moves = 0;
  let time = 0;
  const httpSend = async ({ url, headers }: HttpRequest) => {
    proofs.push(baseOf(url));
    const known = knownAt[baseOf(url)];
    if (known === undefined) throw refused;
    const isKnown = known.some((token) => headers["authorization"] === `Bearer ${token}`);
    return isKnown ? { status: 200, text: '{"answers":[]}' } : { status: 401, text: "" };
  };
  const log = pino({ level: "error" }, { write: (line: string) => void said.push(line) });
  const onMoved = () => (moves += 1);
  const addresses = createWebAddresses({ urls, onMoved, log, httpSend, now: () => time });
  /** Where a callback goes, and what came of it. */
  const send = async (target = callbackOf(a), status = 200): Promise<string> => {
    let went = "";
    await addresses
      .ask(target, async (base) => {
        went = base;
        if (knownAt[baseOf(base)] === undefined && base.includes("/api/callback")) throw refused;
        return { status };
      })
      .catch(() => undefined);
    await new Promise((done) => setImmediate(done));
    return went;
  };
  return {
    addresses,
    send,
    proofs,
    said,
    moves: () => moves,
    pass: (ms: number) => void (time += ms),
  };
}

describe("the web services of one record", () => {
  it("are left for the next one where there is no answer, once that has shown to know the digester", async () => {
    const { addresses, send, proofs, moves } = setUp({ [b]: ["of-record"], [c]: ["of-record"] });
    addresses.attached(a, callbackOf(a));
    expect(await send()).toBe(`${a}/api/callback`);
    expect(proofs).toEqual([b]);
    expect(moves()).toBe(1);
    expect(await send()).toBe(`${b}/api/callback`);
    // And what names another one goes the same way, as does what the record calls by a name of its own.
    expect(await send(callbackOf(c))).toBe(`${b}/api/callback`);
    expect(await send({ url: "https://public/api/callback/", token: "of-record" })).toBe(
      `${b}/api/callback`,
    );
    expect(addresses.inTurn()).toEqual([b, c, a]);
  });

  it.each([502, 503, 504])("are left at an answer of %s", async (status) => {
    const { addresses, send } = setUp({ [a]: [], [b]: ["of-record"] });
    addresses.attached(a, callbackOf(a));
    await send(callbackOf(a), status);
    expect(await send()).toBe(`${b}/api/callback`);
  });

  it.each([200, 401, 409, 429, 500])("are kept to at an answer of %s", async (status) => {
    const { addresses, send, proofs } = setUp({ [a]: [], [b]: ["of-record"] });
    addresses.attached(a, callbackOf(a));
    await send(callbackOf(a), status);
    expect(await send()).toBe(`${a}/api/callback`);
    expect(proofs).toEqual([]);
  });

  it("are kept to by those who give up by themselves", async () => {
    const { addresses, proofs } = setUp({ [b]: ["of-record"] });
    addresses.attached(a, callbackOf(a));
    const given = AbortSignal.abort();
    const asked = addresses.ask(callbackOf(a), async () => {
      given.throwIfAborted();
      return { status: 200 };
    });
    await expect(asked).rejects.toThrow("aborted");
    expect(proofs).toEqual([]);
  });

  it("are told nothing where they keep another record, which is said once", async () => {
    const { addresses, send, proofs, said } = setUp({ [b]: ["of-another"], [c]: ["of-record"] });
    addresses.attached(a, callbackOf(a));
    await send();
    expect(proofs).toEqual([b, c]);
    expect(await send()).toBe(`${c}/api/callback`);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`${b} does not know this digester`);
  });

  it("stay the same while none of the others answers", async () => {
    const { addresses, send, proofs, moves } = setUp({ [b]: [] });
    addresses.attached(a, callbackOf(a));
    for (let n = 0; n < 3; n++) expect(await send()).toBe(`${a}/api/callback`);
    expect(proofs).toEqual([b, c, b, c, b, c]);
    expect(moves()).toBe(0);
  });

  it("are not asked in turn without end where all of them say: not now", async () => {
    const { addresses, send, moves, pass } = setUp({ [a]: ["of-record"], [b]: ["of-record"] });
    addresses.attached(a, callbackOf(a));
    for (let n = 0; n < 10; n++) await send(callbackOf(a), 503);
    expect(moves()).toBe(1);
    pass(2000);
    await send(callbackOf(a), 503);
    expect(moves()).toBe(2);
  });

  it("do not take callbacks of others, whatever becomes of those", async () => {
    const { addresses, send, proofs } = setUp({ [b]: ["of-record", "theirs"] });
    addresses.attached(b, callbackOf(b));
    for (const url of ["https://elsewhere/api/callback", `${a}/their/api/callback`, a]) {
      const theirs = { url, token: "theirs" };
      expect(await send(theirs)).toBe(url);
      expect(await send(theirs)).toBe(url);
      expect(addresses.callerOf(theirs)).toEqual(theirs);
      expect(addresses.nameOf(url)).toBe(url);
    }
    expect(proofs).toEqual([]);
  });

  it("take what an earlier life left for one that is away, before the digester is attached anywhere", async () => {
    const { send, proofs } = setUp({ [b]: ["of-record"] });
    await send(callbackOf(a));
    expect(proofs).toEqual([b]);
    expect(await send(callbackOf(a))).toBe(`${b}/api/callback`);
    // What has another token may be of another record.
    expect(await send(callbackOf(a, "of-another"))).toBe(`${a}/api/callback`);
  });

  it("go by one name, so that a job of any of them is one job", () => {
    const { addresses } = setUp({});
    expect(addresses.attached(a, callbackOf(a))).toEqual(callbackOf(a));
    expect(addresses.attached(b, callbackOf(b))).toEqual(callbackOf(a));
    expect(addresses.callerOf(callbackOf(c))).toEqual(callbackOf(a));
    expect(addresses.callerOf({ url: "https://public", token: "of-record" })).toEqual(
      callbackOf(a),
    );
    for (const url of [`${a}/api/callback`, `${b}/api/callback/`, "https://public"]) {
      expect(addresses.nameOf(url)).toBe(`${a}/api/callback`);
    }
  });

  it("are refused at attaching where the token shows another record", () => {
    const { addresses, pass } = setUp({});
    addresses.attached(a, callbackOf(a));
    const elsewhere = () => addresses.attached(b, callbackOf(b, "of-another"));
    expect(elsewhere).toThrow(AppError);
    expect(elsewhere).toThrow(`${b} keeps another record than ${a}`);
    expect(addresses.inTurn()[0]).toBe(a);
    pass(59_000);
    expect(elsewhere).toThrow(`${b} keeps another record than ${a}`);
    // The same one may have forgotten the digester, and taken it in anew.
    expect(addresses.attached(a, callbackOf(a, "anew"))).toEqual(callbackOf(a, "anew"));
  });

  it("may have forgotten the digester, which is believed once the one that knew it is away for long", () => {
    const { addresses, pass } = setUp({});
    addresses.attached(a, callbackOf(a));
    const anew = () => addresses.attached(b, callbackOf(b, "anew"));
    expect(anew).toThrow(AppError);
    pass(30_000);
    addresses.attached(a, callbackOf(a));
    expect(anew).toThrow(AppError);
    pass(59_000);
    expect(anew).toThrow(AppError);
    pass(1000);
    expect(anew()).toEqual(callbackOf(a, "anew"));
    expect(addresses.inTurn()).toEqual([b, c, a]);
    // What waits to be told goes there too.
    expect(addresses.nameOf(`${b}/api/callback`)).toBe(`${a}/api/callback`);
  });

  it("are held against the record that took the digester in, and those of another are named", async () => {
    const { addresses, proofs, said } = setUp({ [a]: ["of-record"], [b]: ["of-another"] });
    await addresses.check();
    expect(proofs).toEqual([]);
    addresses.attached(a, callbackOf(a));
    await addresses.check();
    expect(proofs).toEqual([b, c]);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`${b} does not know this digester: it seems to keep another record`);
    expect(addresses.inTurn()).toEqual([a, b, c]);
  });

  it("that are one only are asked as before", async () => {
    const { addresses, send, proofs } = setUp({}, [a]);
    addresses.attached(a, callbackOf("https://public"));
    expect(await send(callbackOf("https://public"))).toBe("https://public/api/callback");
    expect(proofs).toEqual([]);
    const went = await askDirectly({ url: "https://x/y/", token: "t" }, async (base) => ({
      status: 200,
      base,
    }));
    expect(went.base).toBe("https://x/y");
  });
});
