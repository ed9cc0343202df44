import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between a client and a server, and may behave as bad networks do. */
export interface TcpProxy {
  readonly port: number;
  /**
   * Swallows from now on what comes on the connections that there are, as a firewall does that has forgotten them: nobody is
   * told. New connections work.
   */
  forget(): void;
  /** As `forget`, for those that come as well, until `pass`. */
  swallow(): void;
  pass(): void;
  /**
   * Ends, once, the connection on which the client sends a text: after it has reached the server but before the server's
   * answer has come back, or before it has reached the server.
   */
  cutAt(text: string, when: "before" | "after"): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const links = new Set<{ near: Socket; far: Socket; dead: boolean }>();
  let swallowing = false;
  let cut: { text: string; when: "before" | "after" } | null = null;
  const server = createServer((near) => {
    const far = connect(targetPort, "127.0.0.1");
    const link = { near, far, dead: swallowing };
    links.add(link);
    const carry = (from: Socket, to: Socket): void => {
      from.on("data", (chunk: Buffer) => {
        if (link.dead) return;
        if (from === far || cut === null || !chunk.includes(cut.text)) {
          to.write(chunk);
          return;
        }
        link.dead = true;
        if (cut.when === "after") far.end(chunk);
        else far.destroy();
        cut = null;
        near.destroy();
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        // Of a forgotten connection the other side does not even hear that it has ended.
        if (link.dead) return;
        to.destroy();
        links.delete(link);
      });
    };
    carry(near, far);
    carry(far, near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const forget = (): void => {
    for (const link of links) link.dead = true;
  };
  return {
    port: address.port,
    forget,
    swallow() {
      swallowing = true;
      forget();
    },
    pass() {
      swallowing = false;
    },
    cutAt(text, when) {
      cut = { text, when };
    },
    async close() {
      for (const { near, far } of links) {
        near.destroy();
        far.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}
