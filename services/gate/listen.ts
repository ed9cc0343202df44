import { once } from "node:events";
import type { Server } from "node:http";
import { AppError, coerceError } from "../contract/errors.ts";

/**
 * Resolves with the port, which is another than the one asked for where that is 0.
 *
 * @param onError is told of what goes wrong later on, such as a connection for which there was no file handle left.
 * @throws AppError `unavailable` when the port is taken or the address is not this machine's; the cause has the code.
 */
export async function listen(
  server: Server,
  port: number,
  host: string,
  onError: (error: Error) => void,
): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (thrown) {
    const message = `Cannot listen on ${host}:${port}: ${coerceError(thrown).message}`;
    throw new AppError("unavailable", message, { cause: thrown });
  }
  server.on("error", onError);
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
