import { notifications } from "@mantine/notifications";
import { AppError, coerceError } from "../../../services/contract/errors.ts";

/** Says that something a person asked for was not done, and why. */
export function tellError(what: string, thrown: unknown): void {
  const error = coerceError(thrown);
  const hint = error instanceof AppError && error.hint !== undefined ? ` ${error.hint}` : "";
  notifications.show({
    title: what,
    message: `${error.message}${hint}`,
    color: "var(--status-failed)",
    autoClose: 10_000,
    role: "alert",
  });
}

export function tellDone(message: string): void {
  notifications.show({ message, color: "var(--accent)", autoClose: 4000 });
}
