import { Button, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { instructionQuery } from "../../../api/instructions.ts";
import { jobQuery } from "../../../api/jobs.ts";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { Page } from "../../../components/page.tsx";
import { formatPlural } from "../../../format/numbers.ts";
import { completeInstruction } from "../../submit/instruction-completion.ts";
import { lintInstruction } from "../../submit/instruction-lint.ts";
import { textOf } from "../../submit/instruction-text.ts";
import { SubmitError } from "../../submit/submit-error.tsx";
import { SubmitOptionsForm } from "../../submit/submit-options-form.tsx";
import { useInstructionSubmit } from "../../submit/use-instruction-submit.ts";
import { InstructionDiff } from "./instruction-diff.tsx";
import classes from "./edit-page.module.css";

/** A job's instruction beside its edit, which becomes a job of its own. @param id the job's number or key. */
export function EditPage({ id }: { id: string }) {
  const job = useQuery(jobQuery(id));
  const key = job.data?.key;
  const instruction = useQuery({ ...instructionQuery(key ?? ""), enabled: key !== undefined });
  const failed = [job, instruction].find(({ isError }) => isError);
  return (
    <Page
      title={`Edit ${key ?? id}`}
      heading={
        <span className={classes["crumbs"]}>
          <Link href={`/jobs/${id}`}>{key ?? id}</Link> / edit and submit again
        </span>
      }
    >
      {failed !== undefined ? (
        <ErrorPanel
          error={failed.error}
          what="The instruction could not be read"
          onRetry={() => void failed.refetch()}
        />
      ) : key === undefined || instruction.data === undefined ? (
        <Skeleton height={480} animate={false} />
      ) : (
        <Edit original={textOf(instruction.data)} jobKey={key} />
      )}
    </Page>
  );
}

function Edit({ original, jobKey }: { original: string; jobKey: string }) {
  const form = useInstructionSubmit(original, "", jobKey, `edit ${jobKey}`);
  const { text, setText, reading, options } = form;
  return (
    <form
      className={classes["edit"]}
      onSubmit={(event) => {
        event.preventDefault();
        form.submit();
      }}
    >
      <InstructionDiff
        original={original}
        initial={form.begun}
        onChange={setText}
        lint={lintInstruction}
        complete={completeInstruction}
      />
      <div className={classes["side"]}>
        <Text size="sm" c="dimmed">
          Left the instruction of {jobKey}, right the one that you submit. What differs is marked.
        </Text>
        <Text
          size="sm"
          component="output"
          c={reading.kind === "wrong" ? "var(--status-failed)" : "dimmed"}
        >
          {reading.kind === "wrong"
            ? `${formatPlural(reading.problems.length, "problem")}: line ${reading.problems[0]?.line}, ${reading.problems[0]?.message}`
            : text === original
              ? "Nothing is changed yet."
              : "The edit is a right instruction."}
        </Text>
        <SubmitOptionsForm options={options} onChange={form.setOptions} />
        {form.error !== null && <SubmitError error={form.error} />}
        <Button type="submit" size="sm" loading={form.isPending} disabled={!form.isReady}>
          {options.hold ? "Submit and hold" : "Submit again"}
        </Button>
      </div>
    </form>
  );
}
