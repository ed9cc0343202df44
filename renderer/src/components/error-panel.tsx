import { Button, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { AppError, coerceError } from "../../../services/contract/errors.ts";
import classes from "./notice.module.css";

interface ErrorPanelProps {
  readonly error: unknown;
  /** What could not be done, e.g. `The jobs could not be read`. */
  readonly what: string;
  readonly onRetry?: (() => void) | undefined;
}

/** What went wrong, what to do about it, and the button that tries again. */
export function ErrorPanel({ error, what, onRetry }: ErrorPanelProps) {
  const known = coerceError(error);
  return (
    <div className={classes["notice"]} role="alert" data-kind="error">
      <IconAlertTriangle size={28} stroke={1.5} aria-hidden />
      <Text fw={600}>{what}</Text>
      <Text size="sm">{known.message}</Text>
      {known instanceof AppError && known.hint !== undefined && (
        <Text size="sm" c="dimmed">
          {known.hint}
        </Text>
      )}
      {onRetry !== undefined && (
        <Button variant="default" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
