import { connect, type Socket } from "node:net";

/**
 * Speaks HTTP as bytes, for tests of what crosses the wire: the case of header names, double slashes, and that what a
 * captured client sent is answered as it is.
 */
export interface Wire {
  /** Sends bytes and reads one answer. Requests follow each other on one connection, as Apache's HttpClient keeps it. */
  say(request: string | Buffer): Promise<WireReply>;
  close(): void;
}

export interface WireReply {
  readonly status: number;
  /** As they came: name and value. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export async function openWire(port: number): Promise<Wire> {
  const socket = connect(port, "127.0.0.1");
  await new Promise<void>((connected, failed) => {
    socket.once("connect", connected).once("error", failed);
  });
  return {
    say(request) {
      socket.write(request);
      return readReply(socket);
    },
    close: () => socket.destroy(),
  };
}

const headEnd = "\r\n\r\n";

function readReply(socket: Socket): Promise<WireReply> {
  return new Promise((fulfil, reject) => {
    let bytes = Buffer.alloc(0);
    const settle = (): void => {
      socket.off("data", onData).off("error", onFailure).off("close", onClose);
    };
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const reply = parse(bytes);
      if (reply === null) return;
      settle();
      fulfil(reply);
    };
    const onFailure = (error: Error): void => {
      settle();
      reject(error);
    };
    const onClose = (): void => onFailure(new Error(`closed after ${bytes.length} bytes`));
    socket.on("data", onData).on("error", onFailure).on("close", onClose);
  });
}

/** Null while it is not whole. Every answer of the GOBii face tells its length. */
function parse(bytes: Buffer): WireReply | null {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return null;
  const [statusLine = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const length = headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
  const body = bytes.subarray(end + headEnd.length);
  if (length === undefined) throw new Error(`no Content-Length in ${statusLine}`);
  if (body.length < Number(length)) return null;
  return { status: Number(statusLine.split(" ")[1]), headers, body: body.toString("utf8") };
}
