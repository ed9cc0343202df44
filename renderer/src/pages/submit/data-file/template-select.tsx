import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { formatNames, type Detection } from "../../../../../services/contract/preview.ts";
import type { LoadPlan, Mapping } from "../../../../../services/contract/saved-template.ts";
import { templatesQuery } from "../../../api/templates.ts";
import { Ago } from "../../../components/times.tsx";
import { useYourName } from "../../../components/your-name.ts";
import { formatPercent } from "../../../format/numbers.ts";
import { BrowserTemplatesOffer } from "./browser-templates-offer.tsx";
import { useBrowserTemplates } from "./browser-templates.ts";
import { noMapping } from "./mapping.ts";
import { choicesOf, keyOf } from "./names.ts";
import { isYours, TemplateActions } from "./template-actions.tsx";
import classes from "./template-select.module.css";

interface TemplateSelectProps {
  /** As it was found out, not as it was changed. */
  readonly detection: Detection;
  readonly mapping: Mapping;
  readonly plan: LoadPlan;
  /** The value of the template that was chosen; null: that of a format. */
  readonly chosen: string | null;
  readonly onChosen: (chosen: string | null) => void;
  /** Without a plan that which is set stays. */
  readonly onChange: (chosen: { mapping: Mapping; plan?: LoadPlan }) => void;
}

const inLab = (name: string): string => `lab:${name}`;
const inBrowser = (name: string): string => `browser:${name}`;

/** How the file is read: by the template of a format, or by one that somebody has saved. */
export function TemplateSelect(props: TemplateSelectProps) {
  const { detection, mapping, plan, chosen, onChosen, onChange } = props;
  const [yourName] = useYourName();
  const browser = useBrowserTemplates();
  const { data: templates = [], error } = useQuery(templatesQuery);
  const ofLab = templates.find(({ name }) => inLab(name) === chosen) ?? null;
  const ofBrowser = browser.templates.find(({ name }) => inBrowser(name) === chosen) ?? null;
  const format = mapping.format ?? detection.format;

  function choose(value: string | null): void {
    const saved =
      templates.find(({ name }) => inLab(name) === value) ??
      browser.templates.find(({ name }) => inBrowser(name) === value);
    onChosen(saved === undefined ? null : value);
    onChange(saved ?? { mapping: { ...noMapping, format: keyOf(formatNames, value) } });
  }

  const yours = templates.filter((one) => isYours(one, yourName));
  const others = templates.filter((one) => !yours.includes(one));
  return (
    <section aria-label="Template" className={classes["template"]}>
      <Select
        label="Template"
        value={ofLab === null && ofBrowser === null ? format : chosen}
        onChange={choose}
        allowDeselect={false}
        data={[
          ...groupOf("Yours", yours, inLab),
          ...groupOf("The lab’s", others, inLab),
          ...groupOf("In this browser only", browser.templates, inBrowser),
          { group: "Formats", items: choicesOf(formatNames) },
        ]}
        renderOption={({ option: { value, label } }) => {
          const saved = templates.find(({ name }) => inLab(name) === value);
          if (saved === undefined) return label;
          return (
            <span>
              {label}
              <span className={classes["who"]}>
                {saved.savedBy ?? "somebody"}, <Ago at={saved.savedAt} />
              </span>
            </span>
          );
        }}
        w={300}
      />
      <p className={classes["evidence"]}>
        {ofLab !== null && (
          <>
            Saved by {ofLab.savedBy ?? "somebody"} <Ago at={ofLab.savedAt} />.{" "}
          </>
        )}
        {evidenceOf(detection, mapping)}
      </p>
      {error !== null && (
        <p className={classes["evidence"]} role="alert">
          The lab’s templates could not be read: {error.message}
        </p>
      )}
      <TemplateActions
        templates={templates}
        chosen={ofLab}
        content={{ mapping: { ...mapping, format }, plan }}
        onChosen={(name) => onChosen(name === null ? null : inLab(name))}
      />
      {ofBrowser !== null && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          className={classes["forget"] ?? ""}
          onClick={() => browser.forget(ofBrowser.name)}
        >
          Forget “{ofBrowser.name}”
        </Button>
      )}
      {browser.templates.length > 0 && (
        <BrowserTemplatesOffer
          templates={browser.templates}
          onMoved={(name) => {
            browser.forget(name);
            if (chosen === inBrowser(name)) onChosen(inLab(name));
          }}
        />
      )}
    </section>
  );
}

function groupOf(
  group: string,
  templates: readonly { readonly name: string }[],
  valueOf: (name: string) => string,
) {
  const items = templates.map(({ name }) => ({ value: valueOf(name), label: name }));
  return items.length === 0 ? [] : [{ group, items }];
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
