import { Button, Group, PasswordInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { AppError, coerceError } from "../../../../services/contract/errors.ts";
import { attachDigester } from "../../api/digesters.ts";
import { keys } from "../../api/keys.ts";

interface AttachFormProps {
  readonly onAttached: () => void;
  readonly onLeave: () => void;
}

/** Attaches a digester that runs already and did not attach itself. */
export function AttachForm({ onAttached, onLeave }: AttachFormProps) {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { url: "", token: "" },
    validate: {
      url: (url) => (isHttp(url.trim()) ? null : "An address such as http://node-03:4310"),
      token: (token) => (token.trim() === "" ? "The token of the digester" : null),
    },
  });
  const attach = useMutation({
    mutationFn: (values: { url: string; token: string }) =>
      attachDigester({ url: values.url.trim(), token: values.token.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.digesters });
      onAttached();
    },
  });
  const hint = attach.error instanceof AppError ? attach.error.hint : undefined;
  return (
    <form onSubmit={form.onSubmit((values) => attach.mutate(values))}>
      <TextInput
        label="Address"
        placeholder="http://node-03:4310"
        data-autofocus
        {...form.getInputProps("url")}
      />
      <PasswordInput
        mt="sm"
        label="Token"
        description="What the digester asks of its callers."
        autoComplete="off"
        {...form.getInputProps("token")}
      />
      {attach.isError && (
        <Text size="sm" mt="sm" role="alert" c="var(--status-failed)">
          {coerceError(attach.error).message} {hint}
        </Text>
      )}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onLeave}>
          Leave it
        </Button>
        <Button type="submit" loading={attach.isPending}>
          Attach
        </Button>
      </Group>
    </form>
  );
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
