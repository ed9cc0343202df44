import { Button, Group, Modal, Select, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import { coerceError } from "../../../../services/contract/errors.ts";
import type { RegulatorChoice } from "../../../../services/contract/regulator.ts";
import { swapRegulator } from "../../api/digesters.ts";
import { keys } from "../../api/keys.ts";
import { actorOf, useYourName } from "../../components/your-name.ts";
import { OptionInput } from "./option-input.tsx";
import { fieldsOf } from "./options-schema.ts";
import { SwapPreview } from "./swap-preview.tsx";
import classes from "./swap-dialog.module.css";

interface SwapDialogProps {
  readonly digester: AttachedDigester;
  readonly inForce: RegulatorChoice;
  readonly onClose: () => void;
}

/** Another strategy for the line, with a look at what it would do before it is put in force. Running jobs go on. */
export function SwapDialog({ digester, inForce, onClose }: SwapDialogProps) {
  const client = useQueryClient();
  const [choice, setChoice] = useState<RegulatorChoice>(inForce);
  const [yourName] = useYourName();
  const [why, setWhy] = useState("");
  const info = digester.regulators.find((one) => one.name === choice.name);
  const names = new Map((digester.status?.waiting ?? []).map(({ job, key }) => [job, key]));
  const swap = useMutation({
    mutationFn: () =>
      swapRegulator(digester.id, {
        ...choice,
        ...actorOf(yourName),
        ...(why.trim() === "" ? {} : { why: why.trim() }),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.digesters });
      onClose();
    },
  });

  function choose(name: string | null): void {
    if (name === null) return;
    setChoice(name === inForce.name ? inForce : { name, options: {} });
  }

  return (
    <Modal opened onClose={onClose} title={`Regulator of ${digester.id}`} size="xl">
      <div className={classes["columns"]}>
        <div className={classes["options"]}>
          <Select
            label="Strategy"
            allowDeselect={false}
            data={digester.regulators.map((one) => ({ value: one.name, label: one.title }))}
            value={choice.name}
            onChange={choose}
          />
          <Text size="sm" c="dimmed">
            {info?.description}
          </Text>
          {fieldsOf(info?.optionsSchema ?? {}).map((field) => (
            <OptionInput
              key={`${choice.name} ${field.name}`}
              field={field}
              value={choice.options[field.name]}
              onChange={(value) =>
                setChoice(({ name, options }) => ({
                  name,
                  options: withOption(options, field.name, value),
                }))
              }
            />
          ))}
          <TextInput
            label="Why"
            description="Kept with the event, for whoever wonders later."
            value={why}
            maxLength={2000}
            onChange={(event) => setWhy(event.currentTarget.value)}
          />
        </div>
        <SwapPreview digester={digester.id} names={names} choice={choice} />
      </div>
      {swap.isError && (
        <Text size="sm" mt="sm" role="alert" c="var(--status-failed)">
          {coerceError(swap.error).message}
        </Text>
      )}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button loading={swap.isPending} onClick={() => swap.mutate()}>
          Put in force
        </Button>
      </Group>
    </Modal>
  );
}

function withOption(
  options: Record<string, unknown>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const others = Object.entries(options).filter(([other]) => other !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}
