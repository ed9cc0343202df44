import { Button, Checkbox, NumberInput, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { useLocation } from "wouter";
import { AppError } from "../../../../../services/contract/errors.ts";
import type { Detection } from "../../../../../services/contract/preview.ts";
import type { LoadPlan } from "../../../../../services/contract/saved-template.ts";
import { possibleParts, templateParts } from "../../../../../services/contract/templates.ts";
import { submitInstruction } from "../../../api/instructions.ts";
import { formatCount } from "../../../format/numbers.ts";
import { loadName } from "../../../format/load-name.ts";
import { keyProblem, submitBody, type SubmitOptions } from "../submit-body.ts";
import { SubmitError } from "../submit-error.tsx";
import { SubmitOptionsForm } from "../submit-options-form.tsx";
import { useSubmitOptions } from "../use-submit-options.ts";
import { neededIds, partsOf, type LoadIds, type Planned } from "./load-plan.ts";
import { partNames } from "./names.ts";
import { submitEach } from "./submit-each.ts";
import classes from "./submit-side.module.css";

interface SubmitSideProps {
  readonly crop: string | null;
  readonly name: string;
  readonly detection: Detection;
  readonly plan: LoadPlan;
  readonly onPlan: (plan: LoadPlan) => void;
  readonly paths: readonly string[];
  readonly planFor: (path: string, name: string) => Planned;
  /** What is known of the file is about to change. */
  readonly isReading: boolean;
  readonly onSubmitted: () => void;
  readonly onText: (text: string, options: SubmitOptions) => void;
}

const idFields: readonly { key: keyof LoadIds; label: string }[] = [
  { key: "project", label: "Project" },
  { key: "platform", label: "Platform" },
  { key: "experiment", label: "Experiment" },
  { key: "dataset", label: "Data set" },
  { key: "mapset", label: "Map set" },
];

/** What is to be loaded, the ids that no file can tell, and the button that does it. */
export function SubmitSide(props: SubmitSideProps) {
  const { crop, name, detection, plan, onPlan, paths, planFor } = props;
  const [, navigate] = useLocation();
  const { options, setOptions, keepName } = useSubmitOptions(name, `${paths[0]} options`);
  const possible = possibleParts(detection);
  const parts = partsOf(detection, plan);

  // The service makes up a name where none is given; the files need a directory all the same.
  const loadOf = (key: string): string => (key.trim() === "" ? name : key.trim());

  /** What is submitted stays so, though a later one was refused. */
  const made = useRef(new Map<string, number>());
  const submit = useMutation({
    mutationFn: () =>
      submitEach(paths, made.current, async (path, index) => {
        const key = index === 0 ? options.key : `${loadName(path, Date.now())}-${index + 1}`;
        const load = planFor(path, loadOf(key));
        if (load.kind === "wrong") throw new AppError("bad_request", load.message);
        const instruction = { shape: "list", instructions: load.instructions } as const;
        const body = submitBody(instruction, { ...options, key }, null);
        const { job } = await submitInstruction(crop === null ? body : { ...body, crop });
        return job.id;
      }),
    onSuccess: (jobs) => {
      keepName();
      props.onSubmitted();
      navigate(jobs.length === 1 ? `/jobs/${jobs[0]}` : "/jobs");
    },
  });
  const planned = planFor(paths[0] ?? "", loadOf(options.key));
  const needed = neededIds(parts);
  const missing = idFields.filter(({ key }) => needed.includes(key) && plan.ids[key] === null);
  const isReady =
    !props.isReading &&
    planned.kind === "right" &&
    missing.length === 0 &&
    keyProblem(options.key) === null;

  return (
    <form
      className={classes["side"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) submit.mutate();
      }}
    >
      <fieldset className={classes["group"]}>
        <legend>Load</legend>
        {templateParts.map((part) => (
          <Checkbox
            key={part}
            size="sm"
            label={partNames[part]}
            disabled={!possible.includes(part)}
            checked={parts.includes(part)}
            onChange={({ currentTarget: { checked } }) =>
              onPlan({
                ...plan,
                parts: templateParts.filter((one) =>
                  one === part ? checked : parts.includes(one),
                ),
              })
            }
          />
        ))}
      </fieldset>
      <fieldset className={classes["group"]}>
        <legend>Ids in GOBii</legend>
        <div className={classes["ids"]}>
          {idFields.map(({ key, label }) => (
            <NumberInput
              key={key}
              label={label}
              withAsterisk={needed.includes(key)}
              hideControls
              allowDecimal={false}
              allowNegative={false}
              value={plan.ids[key] ?? ""}
              onChange={(value) =>
                onPlan({
                  ...plan,
                  ids: { ...plan.ids, [key]: value === "" ? null : Number(value) },
                })
              }
            />
          ))}
        </div>
        <Text size="xs" c="dimmed">
          {missing.length === 0
            ? "Empty ones stay empty in the digest files."
            : `Needed: ${missing.map(({ label }) => label).join(", ")}. What it would make is shown with 1 in their place.`}
        </Text>
      </fieldset>
      <SubmitOptionsForm options={options} onChange={setOptions} />
      {submit.isError && <SubmitError error={submit.error} />}
      <Button type="submit" size="sm" loading={submit.isPending} disabled={!isReady}>
        {paths.length > 1
          ? `Submit ${formatCount(paths.length)} loads`
          : options.hold
            ? "Submit and hold"
            : "Submit"}
      </Button>
      <Button
        variant="subtle"
        disabled={props.isReading || planned.kind === "wrong"}
        onClick={() => {
          if (planned.kind === "wrong") return;
          props.onText(JSON.stringify(planned.instructions, null, 2), options);
        }}
      >
        Change the instruction as JSON
      </Button>
    </form>
  );
}
