import { once, setMaxListeners } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What becomes of the bytes between two processes. A black hole keeps them, and connections stay open. */
type Weather = "clear" | "black hole" | { readonly delayMs: number };

/** A network in between, on the loopback address. */
export interface TcpProxy {
  readonly port: number;
  setWeather(weather: Weather): void;
  /** Breaks every open connection off, whatever is under way on it; answers how many there were. */
  cut(): number;
  close(): void;
}

/** Listens on `port`, or any free one for 0, and passes everything on to `target`, both on the loopback address. */
export async function startTcpProxy(port: number, target: number): Promise<TcpProxy> {
  let weather: Weather = "clear";
  let changed = newChange();
  const open = new Set<Socket>();

  /** Resolves when the next bytes may pass. */
  const pass = async (): Promise<void> => {
    for (let now = weather; now !== "clear"; now = weather) {
      const ms = now === "black hole" ? 1_000_000 : now.delayMs;
      const waited = sleep(ms, true, { signal: changed.signal });
      if (await waited.catch(() => false)) return;
    }
  };

  const relay = async (from: Socket, to: Socket): Promise<void> => {
    for await (const bytes of from) {
      await pass();
      if (!to.write(bytes)) await once(to, "drain");
    }
    to.end();
  };

  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    const both = [incoming, outgoing];
    const destroy = (): void => {
      for (const socket of both) socket.destroy();
    };
    for (const socket of both) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on("error", destroy);
      socket.on("close", () => {
        open.delete(socket);
        destroy();
      });
    }
    relay(incoming, outgoing).catch(destroy);
    relay(outgoing, incoming).catch(destroy);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();

  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    setWeather(next) {
      weather = next;
      changed.abort();
      changed = newChange();
    },
    cut() {
      const count = open.size / 2;
      for (const socket of open) socket.resetAndDestroy();
      return count;
    },
    close() {
      weather = "clear";
      changed.abort();
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** Every direction of every connection may wait for it. */
function newChange(): AbortController {
  const change = new AbortController();
  setMaxListeners(0, change.signal);
  return change;
}
