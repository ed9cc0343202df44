import { Button, Group, NumberInput, Popover } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ActionBody, JobAction } from "../../../../services/contract/api.ts";
import { AppError } from "../../../../services/contract/errors.ts";
import { priorityRange, type Job } from "../../../../services/contract/job.ts";
import { actOnJobs } from "../../api/jobs.ts";
import { keys } from "../../api/keys.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ReasonedButton } from "../../components/reasoned-button.tsx";
import { tellError } from "../../components/tell.ts";
import { actorOf, useYourName } from "../../components/your-name.ts";
import { actionWords, doneWords } from "./action-words.ts";
import { whyNot } from "./allowed-actions.ts";
import { tellUndoableJobs } from "./tell-undoable-jobs.ts";

interface JobActionsProps {
  readonly job: Job;
  /** As the address bar has it. */
  readonly id: string;
  readonly isStopping: boolean;
}

/** What can be done with a job; what cannot says why. */
export function JobActions({ job, id, isStopping }: JobActionsProps) {
  const client = useQueryClient();
  const [yourName] = useYourName();
  const [asksCancel, setAsksCancel] = useState(false);
  const act = useMutation({
    mutationFn: async ({ action, body }: { action: JobAction; body?: ActionBody }) => {
      const answer = await actOnJobs({ action, ids: [job.id], ...actorOf(yourName), ...body });
      if (answer.done === 0) throw new AppError("conflict", "The job has gone on meanwhile.");
      return answer;
    },
    onSuccess: ({ undo }, { action }) => {
      tellUndoableJobs(`${doneWords[action]} ${job.key}.`, undo, yourName);
      setAsksCancel(false);
    },
    onError: (error, { action }) => tellError(`${actionWords[action]}: not done`, error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.job(id) }),
  });
  const pending = act.isPending ? act.variables.action : null;
  const holdOrRelease = job.held ? "release" : "hold";
  return (
    <Group gap={8}>
      <ReasonedButton
        whyNot={whyNot("requeue", job)}
        loading={pending === "requeue"}
        onClick={() => act.mutate({ action: "requeue" })}
      >
        Requeue
      </ReasonedButton>
      <ReasonedButton
        whyNot={whyNot(holdOrRelease, job)}
        loading={pending === holdOrRelease}
        onClick={() => act.mutate({ action: holdOrRelease })}
      >
        {actionWords[holdOrRelease]}
      </ReasonedButton>
      <ReasonedButton
        whyNot={whyNot("front", job)}
        loading={pending === "front"}
        onClick={() => act.mutate({ action: "front" })}
      >
        {actionWords.front}
      </ReasonedButton>
      <PriorityButton
        job={job}
        isPending={pending === "priority"}
        onSet={(priority) => act.mutate({ action: "priority", body: { priority } })}
      />
      <ReasonedButton
        whyNot={isStopping ? "It was asked to stop." : whyNot("cancel", job)}
        onClick={() =>
          job.status === "in_progress" ? setAsksCancel(true) : act.mutate({ action: "cancel" })
        }
      >
        Cancel
      </ReasonedButton>
      {asksCancel && (
        <ConfirmDialog
          title={`Cancel ${job.key}?`}
          verb="Cancel the job"
          isPending={act.isPending}
          onConfirm={() => act.mutate({ action: "cancel" })}
          onClose={() => setAsksCancel(false)}
        >
          Attempt {job.attempt} on {job.digester} stops within seconds and what it has made so far
          is discarded. The job can be requeued later.
        </ConfirmDialog>
      )}
    </Group>
  );
}

interface PriorityButtonProps {
  readonly job: Job;
  readonly isPending: boolean;
  readonly onSet: (priority: number) => void;
}

function PriorityButton({ job, isPending, onSet }: PriorityButtonProps) {
  const [opened, setOpened] = useState(false);
  const [value, setValue] = useState<number | string>(job.priority);
  const reason = whyNot("priority", job);
  return (
    <Popover
      opened={opened && reason === null}
      onChange={setOpened}
      trapFocus
      withArrow
      shadow="md"
    >
      <Popover.Target>
        <ReasonedButton
          whyNot={reason}
          loading={isPending}
          onClick={() => {
            setValue(job.priority);
            setOpened(!opened);
          }}
        >
          Priority {job.priority === 0 ? "" : job.priority}
        </ReasonedButton>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onSet(Number(value));
            setOpened(false);
          }}
        >
          <NumberInput
            label="Priority"
            description="Higher runs earlier, where the strategy in force looks at it."
            {...priorityRange}
            allowDecimal={false}
            w={240}
            value={value}
            onChange={setValue}
            data-autofocus
          />
          <Button type="submit" mt="xs" disabled={value === ""}>
            Set
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
