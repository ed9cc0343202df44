import { Button } from "@mantine/core";
import { JsonEditor } from "../../components/json-editor/json-editor.tsx";
import { completeInstruction } from "./instruction-completion.ts";
import { lintInstruction } from "./instruction-lint.ts";
import { InstructionSummary } from "./instruction-summary.tsx";
import { SubmitError } from "./submit-error.tsx";
import { SubmitOptionsForm } from "./submit-options-form.tsx";
import { useInstructionSubmit } from "./use-instruction-submit.ts";
import classes from "./instruction-form.module.css";

interface InstructionFormProps {
  readonly initialText: string;
  readonly initialKey?: string;
  readonly editOf: string | null;
  /** Under which the text is kept until it is sent. */
  readonly draft?: string;
  readonly fileName?: string;
  readonly onOtherFile?: () => void;
}

/** The text of an instruction, what it would make, and what is still wrong with it. */
export function InstructionForm(props: InstructionFormProps) {
  const { initialText, initialKey = "", editOf } = props;
  const form = useInstructionSubmit(initialText, initialKey, editOf, props.draft ?? null);
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
            value={form.text}
            onChange={form.setText}
            label="Instruction"
            lint={lintInstruction}
            complete={completeInstruction}
            hint='[{"table": "marker", "gobiiFile": {"source": …, "destination": …}, "gobiiFileColumns": […]}]'
          />
        </div>
      </div>
      <form
        className={classes["side"]}
        onSubmit={(event) => {
          event.preventDefault();
          form.submit();
        }}
      >
        <InstructionSummary reading={form.reading} />
        <SubmitOptionsForm options={form.options} onChange={form.setOptions} />
        {form.error !== null && <SubmitError error={form.error} />}
        <Button type="submit" size="sm" loading={form.isPending} disabled={!form.isReady}>
          {form.options.hold ? "Submit and hold" : "Submit"}
        </Button>
      </form>
    </div>
  );
}
