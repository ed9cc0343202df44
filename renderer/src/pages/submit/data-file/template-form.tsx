import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { TemplateName } from "../../../../../services/contract/saved-template.ts";
import { useYourName } from "../../../components/your-name.ts";
import classes from "./template-select.module.css";

interface TemplateFormProps {
  readonly name: string;
  /** The word on the button that does it. */
  readonly verb: string;
  readonly isPending: boolean;
  /** Whether the name of the person stands with it then. */
  readonly asksWho: boolean;
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}

/** Asks for the name of a template. */
export function TemplateForm({ name, verb, isPending, asksWho, ...props }: TemplateFormProps) {
  const [text, setText] = useState(name);
  const [yourName, setYourName] = useYourName();
  const given = TemplateName.safeParse(text);
  return (
    <form
      className={classes["buttons"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (given.success) props.onName(given.data);
      }}
    >
      <TextInput
        label="Name of the template"
        value={text}
        maxLength={100}
        data-autofocus
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {asksWho && (
        <TextInput
          label="Saved by"
          placeholder="Your name"
          value={yourName}
          maxLength={200}
          onChange={(event) => setYourName(event.currentTarget.value)}
        />
      )}
      <Button type="submit" loading={isPending} disabled={!given.success}>
        {verb}
      </Button>
      <Button variant="default" onClick={props.onClose}>
        Cancel
      </Button>
    </form>
  );
}
