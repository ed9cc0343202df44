import { Option, type Command } from "commander";
import { readTlsIdentity, type TlsIdentity } from "../gate/tls.ts";

/** What a command that listens says of its certificate. */
export interface TlsFlags {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** The options of a service that may speak TLS by itself. */
export function addTlsOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--tls-cert <file>", "speaks HTTPS with this certificate, PEM").env(
        "DIGESTER_TLS_CERT",
      ),
    )
    .addOption(
      new Option("--tls-key <file>", "the private key of the certificate, PEM").env(
        "DIGESTER_TLS_KEY",
      ),
    )
    .hook("preAction", (_program, called) => {
      const { tlsCert, tlsKey } = called.opts<TlsFlags>();
      if ((tlsCert === undefined) === (tlsKey === undefined)) return;
      called.error("error: options '--tls-cert' and '--tls-key' are needed together");
    });
}

/**
 * The certificate that the flags name; null unless they name both of its files.
 *
 * @throws AppError `bad_request` where the files are not what they have to be.
 */
export async function readTlsFlags({ tlsCert, tlsKey }: TlsFlags): Promise<TlsIdentity | null> {
  if (tlsCert === undefined || tlsKey === undefined) return null;
  return readTlsIdentity(tlsCert, tlsKey);
}
