import { Button, Group, NumberInput, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { BulkActionBody, JobAction } from "../../../../services/contract/api.ts";
import { coerceError } from "../../../../services/contract/errors.ts";
import { priorityRange } from "../../../../services/contract/job.ts";
import type { JobFilter } from "../../api/job-filter.ts";
import { actOnJobs } from "../../api/jobs.ts";
import { Dialog } from "../../components/dialog.tsx";
import { tellError } from "../../components/tell.ts";
import { actorOf, useYourName } from "../../components/your-name.ts";
import { formatPlural } from "../../format/numbers.ts";
import { actionWords, conditionWords, doneWords } from "../job/action-words.ts";
import { tellUndoableJobs } from "../job/tell-undoable-jobs.ts";
import { targetOf, type Selection } from "./selection.ts";

interface BulkDialogProps {
  readonly action: JobAction;
  readonly selection: Selection;
  readonly filter: JobFilter;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Says on how many of the selected jobs the action is possible, as the service counts them, before it is done. */
export function BulkDialog({ action, selection, filter, onClose, onDone }: BulkDialogProps) {
  const [yourName] = useYourName();
  const [priority, setPriority] = useState<number | string>(0);
  const body: BulkActionBody = {
    action,
    ...targetOf(selection, filter),
    dryRun: false,
    ...actorOf(yourName),
    ...(action === "priority" ? { priority: Number(priority) } : {}),
  };
  const trial = useQuery({
    queryKey: ["jobs", "trial", body],
    queryFn: () => actOnJobs({ ...body, dryRun: true }),
    gcTime: 0,
  });
  const act = useMutation({
    mutationFn: () => actOnJobs(body),
    onSuccess: ({ done, undo }) => {
      tellUndoableJobs(`${doneWords[action]} ${formatPlural(done, "job")}.`, undo, yourName);
      onDone();
    },
    onError: (error) => tellError("Nothing was done", error),
  });
  const possible = trial.data?.possible ?? 0;
  const impossible = (trial.data?.matched ?? 0) - possible;
  return (
    <Dialog title={`${actionWords[action]} jobs`} onClose={onClose}>
      {action === "priority" && (
        <NumberInput
          label="Priority"
          description="Higher runs earlier, where the strategy in force looks at it."
          {...priorityRange}
          allowDecimal={false}
          value={priority}
          onChange={setPriority}
          mb="md"
        />
      )}
      {trial.isError ? (
        <Text size="sm" role="alert" c="var(--status-failed)">
          {coerceError(trial.error).message}
        </Text>
      ) : trial.data === undefined ? (
        <Skeleton height={20} width="80%" />
      ) : (
        <Text size="sm">
          {actionWords[action]} <b>{formatPlural(possible, "job")}</b>.{" "}
          {impossible > 0 &&
            `${formatPlural(impossible, "other")} ${impossible === 1 ? "stays" : "stay"} untouched: ${conditionWords[action]}`}
        </Text>
      )}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose}>
          Leave them
        </Button>
        <Button
          {...(action === "cancel" ? { color: "var(--status-failed)" } : {})}
          disabled={possible === 0}
          loading={act.isPending}
          onClick={() => act.mutate()}
        >
          {actionWords[action]} {trial.data !== undefined && formatPlural(possible, "job")}
        </Button>
      </Group>
    </Dialog>
  );
}
