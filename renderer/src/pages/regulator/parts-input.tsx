import { ActionIcon, Button, Select } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { z } from "zod";
import { withOption } from "./choice.ts";
import type { OptionField, PartsField } from "./options-schema.ts";
import classes from "./option-rows.module.css";

interface PartsInputProps {
  readonly field: PartsField;
  readonly label: string;
  readonly description: string;
  readonly said: unknown;
  readonly onChange: (value: readonly Part[]) => void;
  /** Draws an option of a part like any other. */
  readonly Option: ComponentType<{
    readonly field: OptionField;
    readonly value: unknown;
    readonly onChange: (value: unknown) => void;
  }>;
}

const Part = z.object({
  name: z.string(),
  options: z.record(z.string(), z.unknown()).optional(),
});
type Part = z.infer<typeof Part>;

/** Strategies in order, each with its own options: added, removed, moved up and down. */
export function PartsInput(props: PartsInputProps) {
  const { field, label, description, said, onChange, Option } = props;
  const parts = z.array(Part).safeParse(said).data ?? [];
  const put = (index: number, part: Part): void =>
    onChange(parts.map((other, place) => (place === index ? part : other)));
  /** Changes places with the one before it. */
  const raise = (index: number): void => {
    const [before, part] = parts.slice(index - 1, index + 1);
    if (before === undefined || part === undefined) return;
    onChange([...parts.slice(0, index - 1), part, before, ...parts.slice(index + 1)]);
  };
  const unused = field.choices.find(({ name }) => parts.every((part) => part.name !== name));
  const added = unused ?? field.choices[0];

  return (
    <fieldset className={classes["rows"]}>
      <legend>{label}</legend>
      <p>{description}</p>
      <ol className={classes["parts"]} aria-label={label}>
        {parts.map((part, index) => {
          const choice = field.choices.find(({ name }) => name === part.name);
          const title = choice?.title ?? part.name;
          return (
            <li key={`${index} ${part.name}`} className={classes["part"]}>
              <div className={classes["row"]}>
                <Select
                  aria-label={`Strategy ${index + 1}`}
                  allowDeselect={false}
                  data={field.choices.map((one) => ({ value: one.name, label: one.title }))}
                  value={part.name}
                  onChange={(name) => {
                    if (name !== null && name !== part.name) put(index, { name });
                  }}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`${title} earlier`}
                  disabled={index === 0}
                  onClick={() => raise(index)}
                >
                  <IconArrowUp size={15} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`${title} later`}
                  disabled={index === parts.length - 1}
                  onClick={() => raise(index + 1)}
                >
                  <IconArrowDown size={15} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${title}`}
                  disabled={parts.length <= field.least}
                  onClick={() => onChange(parts.filter((_, place) => place !== index))}
                >
                  <IconX size={15} aria-hidden />
                </ActionIcon>
              </div>
              {choice?.fields.map((one) => (
                <Option
                  key={one.name}
                  field={one}
                  value={part.options?.[one.name]}
                  onChange={(value) =>
                    put(index, {
                      name: part.name,
                      options: withOption(part.options ?? {}, one.name, value),
                    })
                  }
                />
              ))}
            </li>
          );
        })}
      </ol>
      {added !== undefined && parts.length < field.most && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...parts, { name: added.name }])}
        >
          Add a strategy
        </Button>
      )}
    </fieldset>
  );
}
