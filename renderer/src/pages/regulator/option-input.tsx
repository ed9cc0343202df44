import { JsonInput, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { boundsProps } from "./bounds-props.ts";
import { NumbersInput } from "./numbers-input.tsx";
import type { OptionField } from "./options-schema.ts";
import { PartsInput } from "./parts-input.tsx";

interface OptionInputProps {
  readonly field: OptionField;
  /** Undefined: not said, so that the regulator's own default holds. */
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** One option of a regulator. */
export function OptionInput({ field, value, onChange }: OptionInputProps) {
  const words = { label: field.title, description: field.description };
  const said = value ?? field.fallback;
  switch (field.kind) {
    case "number":
      return (
        <NumberInput
          {...words}
          {...boundsProps(field)}
          value={typeof said === "number" ? said : ""}
          onChange={(next) => onChange(next === "" ? undefined : Number(next))}
        />
      );
    case "flag":
      return (
        <Switch
          {...words}
          checked={said === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <Select
          {...words}
          data={[...field.choices]}
          value={typeof said === "string" ? said : null}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case "text":
      return (
        <TextInput
          {...words}
          value={typeof said === "string" ? said : ""}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      );
    case "numbers":
      return <NumbersInput field={field} {...words} said={said} onChange={onChange} />;
    case "parts":
      return (
        <PartsInput field={field} {...words} said={said} onChange={onChange} Option={OptionInput} />
      );
    case "json":
      return <JsonOption words={words} said={said} onChange={onChange} />;
  }
}

interface JsonOptionProps {
  readonly words: { label: string; description: string };
  readonly said: unknown;
  readonly onChange: (value: unknown) => void;
}

/** What the text means is passed on while it means something. */
function JsonOption({ words, said, onChange }: JsonOptionProps) {
  const [text, setText] = useState(() => (said === undefined ? "" : JSON.stringify(said, null, 1)));
  return (
    <JsonInput
      {...words}
      autosize
      minRows={2}
      validationError="This is not JSON"
      value={text}
      onChange={(next) => {
        setText(next);
        if (next.trim() === "") onChange(undefined);
        try {
          onChange(JSON.parse(next));
        } catch {
          // Half-typed: the last value that could be read stands.
        }
      }}
    />
  );
}
