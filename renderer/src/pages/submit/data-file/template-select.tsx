import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Detection } from "../../../../../services/contract/preview.ts";
import type { LoadPlan, Mapping } from "../../../../../services/contract/saved-template.ts";
import { tellDone } from "../../../components/tell.ts";
import { formatPercent } from "../../../format/numbers.ts";
import { noMapping } from "./mapping.ts";
import { choicesOf, formatNames, keyOf } from "./names.ts";
import { useSavedTemplates } from "./saved-templates.ts";
import classes from "./template-select.module.css";

interface TemplateSelectProps {
  /** As it was found out, not as it was changed. */
  readonly detection: Detection;
  readonly mapping: Mapping;
  readonly plan: LoadPlan;
  /** Without a plan that which is set stays. */
  readonly onChange: (chosen: { mapping: Mapping; plan?: LoadPlan }) => void;
}

const ownPrefix = "own:";

/** How the file is read: by the template of a format, or by one that the person has saved. */
export function TemplateSelect({ detection, mapping, plan, onChange }: TemplateSelectProps) {
  const { templates, save, remove } = useSavedTemplates();
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState<string | null>(null);
  const own = templates.find((template) => `${ownPrefix}${template.name}` === chosen);

  function choose(value: string | null): void {
    setChosen(value);
    const saved = templates.find((template) => `${ownPrefix}${template.name}` === value);
    if (saved !== undefined) return onChange({ mapping: saved.mapping, plan: saved.plan });
    onChange({ mapping: { ...noMapping, format: keyOf(formatNames, value) } });
  }

  return (
    <section aria-label="Template" className={classes["template"]}>
      <Select
        label="Template"
        value={own === undefined ? (mapping.format ?? detection.format) : chosen}
        onChange={choose}
        allowDeselect={false}
        data={[
          { group: "Formats", items: choicesOf(formatNames) },
          ...(templates.length === 0
            ? []
            : [
                {
                  group: "Your own",
                  items: templates.map((one) => ({
                    value: `${ownPrefix}${one.name}`,
                    label: one.name,
                  })),
                },
              ]),
        ]}
        w={300}
      />
      <p className={classes["evidence"]}>{evidenceOf(detection, mapping)}</p>
      {name === null ? (
        <div className={classes["buttons"]}>
          <Button variant="subtle" size="compact-sm" onClick={() => setName(own?.name ?? "")}>
            Save as template
          </Button>
          {own !== undefined && (
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              onClick={() => {
                remove(own.name);
                setChosen(null);
              }}
            >
              Forget “{own.name}”
            </Button>
          )}
        </div>
      ) : (
        <form
          className={classes["buttons"]}
          onSubmit={(event) => {
            event.preventDefault();
            const given = name.trim();
            if (given === "") return;
            const format = mapping.format ?? detection.format;
            save({ name: given, mapping: { ...mapping, format }, plan });
            setChosen(`${ownPrefix}${given}`);
            setName(null);
            tellDone(`Saved “${given}” in this browser.`);
          }}
        >
          <TextInput
            label="Name of the template"
            value={name}
            maxLength={100}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" disabled={name.trim() === ""}>
            Save
          </Button>
          <Button variant="default" onClick={() => setName(null)}>
            Cancel
          </Button>
        </form>
      )}
    </section>
  );
}

function evidenceOf(detection: Detection, mapping: Mapping): string {
  const { title, confidence, evidence, alternatives } = detection;
  if (mapping.format !== null) return evidence[0] ?? "You said so.";
  const [second] = alternatives;
  const sure = `Recognised as ${title}, ${formatPercent(confidence)} sure. ${evidence.join(" ")}`;
  return second === undefined
    ? sure
    : `${sure} It may also be ${second.title}, ${formatPercent(second.confidence)}.`;
}
