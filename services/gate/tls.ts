import { readFile } from "node:fs/promises";
import http, { type RequestListener } from "node:http";
import https from "node:https";
import { createSecureContext } from "node:tls";
import { AppError, coerceError } from "../contract/errors.ts";

/** A certificate with what leads to its authority, and its private key, both as PEM. */
export interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * Reads what a service shows to those who connect.
 *
 * @throws AppError `bad_request` naming the file that cannot be read, or both where they are not PEM or do not belong
 * together.
 */
export async function readTlsIdentity(certFile: string, keyFile: string): Promise<TlsIdentity> {
  const [cert, key] = await Promise.all([certFile, keyFile].map(readPem));
  const identity = { cert: cert ?? Buffer.alloc(0), key: key ?? Buffer.alloc(0) };
  try {
    createSecureContext(identity);
  } catch (thrown) {
    const why = coerceError(thrown).message;
    throw new AppError(
      "bad_request",
      `${certFile}, ${keyFile}: no certificate and its key: ${why}`,
      {
        hint: "Expected are PEM files: the certificate, followed by those of its authorities, and its private key without a password.",
        cause: thrown,
      },
    );
  }
  return identity;
}

async function readPem(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (thrown) {
    const why = coerceError(thrown).message;
    throw new AppError("bad_request", `${file} cannot be read: ${why}`, { cause: thrown });
  }
}

/** Whoever sends a body and says nothing for so long is gone. */
const bodySilenceMs = 120_000;

/**
 * Node would cut every request that is not there after five minutes, which a file of some gigabytes is not. So a body may take
 * as long as it keeps coming, and the headers a minute.
 */
const limits: http.ServerOptions = { requestTimeout: 0, headersTimeout: 60_000 };

/** A server that speaks TLS where it has something to show, and plain HTTP where not. */
export function createHttpServer(
  tls: TlsIdentity | null,
  listener: RequestListener,
  silenceMs: number = bodySilenceMs,
): http.Server | https.Server {
  const server =
    tls === null ? http.createServer(limits) : https.createServer({ ...tls, ...limits });
  server.on("request", (request, response) => endStalledBody(request, response, silenceMs));
  return server.on("request", listener);
}

function endStalledBody(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  silenceMs: number,
): void {
  if (request.complete) return;
  const { socket } = request;
  const cut = (): void => void socket.destroy();
  const over = (): void => {
    socket.off("timeout", cut);
    if (!response.writableFinished) socket.setTimeout(0);
  };
  socket.setTimeout(silenceMs, cut);
  request.once("end", over);
  // What comes after the answer is thrown away, which need not go on for long.
  response.once("finish", () => {
    if (request.complete) return;
    const late = setTimeout(cut, silenceMs).unref();
    request.once("close", () => clearTimeout(late));
  });
}

/** The URL of a server of either kind. */
export function serverUrl(tls: TlsIdentity | null, host: string, port: number): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return `${tls === null ? "http" : "https"}://${name}:${port}`;
}
