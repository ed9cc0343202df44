import { Alert, Text } from "@mantine/core";
import { AppError } from "../../../../services/contract/errors.ts";

/** Why something was not submitted, in full, until it is tried again. */
export function SubmitError({ error }: { error: Error }) {
  const details = error instanceof AppError ? error.details : [];
  return (
    <Alert color="var(--status-failed)" variant="outline" title="Not submitted" role="alert">
      <Text size="sm">{error.message}</Text>
      {error instanceof AppError && error.hint !== undefined && (
        <Text size="sm" c="dimmed">
          {error.hint}
        </Text>
      )}
      {details.slice(1, 6).map((detail) => (
        <Text key={detail} size="sm">
          {detail}
        </Text>
      ))}
    </Alert>
  );
}
