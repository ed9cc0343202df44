import { Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import { detachDigester, drainDigester, pauseDigester } from "../../api/digesters.ts";
import { keys } from "../../api/keys.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ReasonedButton } from "../../components/reasoned-button.tsx";
import { tellError } from "../../components/tell.ts";

/** Pause: finish what runs, keep the line, begin nothing of it. Drain: finish what runs, let the line go elsewhere. Detach: the web service gives it no more work. */
export function DigesterActions({ digester }: { digester: AttachedDigester }) {
  const client = useQueryClient();
  const [detaches, setDetaches] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: keys.digesters });
  const drain = useMutation({
    mutationFn: (draining: boolean) => drainDigester(digester.id, draining),
    onSettled: refresh,
    onError: (error) => tellError(`${digester.id}: not done`, error),
  });
  const pause = useMutation({
    mutationFn: (paused: boolean) => pauseDigester(digester.id, paused),
    onSettled: refresh,
    onError: (error) => tellError(`${digester.id}: not done`, error),
  });
  const detach = useMutation({
    mutationFn: () => detachDigester(digester.id),
    onSettled: refresh,
    onSuccess: () => setDetaches(false),
    onError: (error) => tellError(`${digester.id} was not detached`, error),
  });
  const isDraining = digester.status?.draining === true;
  const isPaused = digester.status?.paused === true;
  const whyNot = digester.reachable ? null : "It is not reachable.";
  return (
    <Group gap={8} wrap="nowrap">
      <ReasonedButton
        whyNot={whyNot}
        loading={pause.isPending}
        onClick={() => pause.mutate(!isPaused)}
      >
        {isPaused ? "Resume" : "Pause"}
      </ReasonedButton>
      <ReasonedButton
        whyNot={whyNot}
        loading={drain.isPending}
        onClick={() => drain.mutate(!isDraining)}
      >
        {isDraining ? "Take work again" : "Drain"}
      </ReasonedButton>
      <ReasonedButton whyNot={null} onClick={() => setDetaches(true)}>
        Detach
      </ReasonedButton>
      {detaches && (
        <ConfirmDialog
          title={`Detach ${digester.id}?`}
          verb="Detach"
          isPending={detach.isPending}
          onConfirm={() => detach.mutate()}
          onClose={() => setDetaches(false)}
        >
          It gets no more work from here, and the jobs in its line go to other digesters. To let it
          finish first, drain it.
        </ConfirmDialog>
      )}
    </Group>
  );
}
