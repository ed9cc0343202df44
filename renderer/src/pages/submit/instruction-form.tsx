import { Alert, Button, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { AppError } from "../../../../services/contract/errors.ts";
import type { StoredInstruction } from "../../../../services/contract/instruction.ts";
import { submitInstruction } from "../../api/instructions.ts";
import { JsonEditor } from "../../components/json-editor/json-editor.tsx";
import { useYourName } from "../../components/your-name.ts";
import { lintInstruction } from "./instruction-lint.ts";
import { InstructionSummary } from "./instruction-summary.tsx";
import { readText } from "./instruction-text.ts";
import { defaultOptions, keyProblem, submitBody } from "./submit-body.ts";
import { SubmitOptionsForm } from "./submit-options-form.tsx";
import classes from "./instruction-form.module.css";

interface InstructionFormProps {
  readonly initialText: string;
  readonly initialKey?: string;
  readonly editOf: string | null;
  readonly fileName?: string;
  readonly onOtherFile?: () => void;
}

/** The text of an instruction, what it would make, and what is still wrong with it. */
export function InstructionForm(props: InstructionFormProps) {
  const { initialText, initialKey = "", editOf } = props;
  const [, navigate] = useLocation();
  const [text, setText] = useState(initialText);
  const [settledText] = useDebouncedValue(text, 150);
  const reading = useMemo(() => readText(settledText), [settledText]);
  const [yourName, setYourName] = useYourName();
  const [options, setOptions] = useState({
    ...defaultOptions,
    key: keyProblem(initialKey) === null ? initialKey : "",
    submittedBy: yourName,
  });
  const submit = useMutation({
    mutationFn: (instruction: StoredInstruction) =>
      submitInstruction(submitBody(instruction, options, editOf)),
    onSuccess: ({ job }) => {
      setYourName(options.submittedBy.trim());
      navigate(`/jobs/${job.id}`);
    },
  });
  const isReady =
    reading.kind === "right" && settledText === text && keyProblem(options.key) === null;

  return (
    <div className={classes["form"]}>
      <div className={classes["text"]}>
        {props.fileName !== undefined && (
          <div className={classes["file"]}>
            <span className={classes["name"]}>{props.fileName}</span>
            <Button variant="subtle" size="compact-xs" onClick={props.onOtherFile}>
              Other file
            </Button>
          </div>
        )}
        <div className={classes["editor"]}>
          <JsonEditor
            value={text}
            onChange={setText}
            label="Instruction"
            lint={lintInstruction}
            hint='[{"table": "marker", "gobiiFile": {"source": …, "destination": …}, "gobiiFileColumns": […]}]'
          />
        </div>
      </div>
      <form
        className={classes["side"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) submit.mutate(reading.instruction);
        }}
      >
        <InstructionSummary reading={reading} />
        <SubmitOptionsForm options={options} onChange={setOptions} />
        {submit.isError && <SubmitError error={submit.error} />}
        <Button type="submit" size="sm" loading={submit.isPending} disabled={!isReady}>
          {options.hold ? "Submit and hold" : "Submit"}
        </Button>
      </form>
    </div>
  );
}

function SubmitError({ error }: { error: Error }) {
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
