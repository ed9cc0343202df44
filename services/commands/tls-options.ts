import { Option, type Command } from "commander";
import { AppError } from "../contract/errors.ts";
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
    );
}

/**
 * The certificate that the flags name; null where they name none.
 *
 * @throws AppError `bad_request` where there is one flag without the other, or the files are not what they have to be.
 */
export async function readTlsFlags({ tlsCert, tlsKey }: TlsFlags): Promise<TlsIdentity | null> {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new AppError("bad_request", "--tls-cert and --tls-key are needed together.");
  }
  return readTlsIdentity(tlsCert, tlsKey);
}
