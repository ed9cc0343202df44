import { Checkbox, NumberInput, TextInput } from "@mantine/core";
import { priorityRange } from "../../../../services/contract/job.ts";
import { keyProblem, type SubmitOptions } from "./submit-body.ts";

interface SubmitOptionsFormProps {
  readonly options: SubmitOptions;
  readonly onChange: (options: SubmitOptions) => void;
  /** Several loads are submitted with these; each has a name of its own. */
  readonly isForMany?: boolean;
}

export function SubmitOptionsForm({ options, onChange, isForMany }: SubmitOptionsFormProps) {
  return (
    <div style={{ display: "grid", gap: 12 }}>
      {isForMany !== true && (
        <TextInput
          label="Name"
          description="Unique; made up from the time when left empty."
          placeholder="data_20261124_093012_001"
          value={options.key}
          error={keyProblem(options.key)}
          onChange={(event) => onChange({ ...options, key: event.currentTarget.value })}
        />
      )}
      <TextInput
        label="Your name"
        description="Kept with the job and with what you do to it."
        value={options.submittedBy}
        maxLength={200}
        onChange={(event) => onChange({ ...options, submittedBy: event.currentTarget.value })}
      />
      <NumberInput
        label="Priority"
        description="Higher runs earlier, where the strategy in force looks at it."
        {...priorityRange}
        allowDecimal={false}
        value={options.priority}
        onChange={(value) => onChange({ ...options, priority: Number(value) || 0 })}
      />
      <Checkbox
        size="sm"
        label="Hold: keep the job, do not start it"
        checked={options.hold}
        onChange={(event) => onChange({ ...options, hold: event.currentTarget.checked })}
      />
    </div>
  );
}
