import { coerceError, systemCode } from "../contract/errors.ts";

/** What goes wrong with the machine, its disks and its network, and not with what was asked for. */
const passingCodes: ReadonlySet<string> = new Set([
  "EAGAIN",
  "EBUSY",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EDQUOT",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "EIO",
  "EMFILE",
  "ENETDOWN",
  "ENETUNREACH",
  "ENFILE",
  "ENOMEM",
  "ENOSPC",
  "ENOTCONN",
  "EREMOTEIO",
  "ESTALE",
  "ETIMEDOUT",
]);

/** Whether what was thrown may pass, so that another try may go well. What it was made from counts as well. */
export function mayPass(thrown: unknown): boolean {
  if (passingCodes.has(systemCode(thrown))) return true;
  const error = coerceError(thrown);
  return error.cause !== undefined && error.cause !== error && mayPass(error.cause);
}
