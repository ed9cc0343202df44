import { AppError, coerceError } from "../../contract/errors.ts";

/** A metadata service is on the machine itself or on its link: it answers at once or not at all. */
const TIMEOUT_MS = 2000;

/**
 * Asks a cloud's metadata service.
 *
 * @throws AppError `unavailable` when it does not answer.
 */
export async function askMetadata(
  url: string,
  init: { readonly method?: "PUT"; readonly headers: Record<string, string> },
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      // An address that sends elsewhere is not the cloud's own.
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (thrown) {
    throw new AppError("unavailable", `${url} does not answer: ${coerceError(thrown).message}`, {
      cause: thrown,
    });
  }
}
