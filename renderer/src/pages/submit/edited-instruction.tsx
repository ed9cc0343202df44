import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { instructionQuery } from "../../api/instructions.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Page } from "../../components/page.tsx";
import { InstructionForm } from "./instruction-form.tsx";
import { textOf } from "./instruction-text.ts";

/** An instruction that exists, to be changed and submitted under a key of its own. */
export function EditedInstruction({ instructionKey }: { instructionKey: string }) {
  const { data, error, isPending, isError, refetch } = useQuery(instructionQuery(instructionKey));
  return (
    <Page title={`Submit an edit of ${instructionKey}`}>
      {isPending ? (
        <Skeleton height="100%" animate={false} />
      ) : isError ? (
        <ErrorPanel
          error={error}
          what="The instruction could not be read"
          onRetry={() => void refetch()}
        />
      ) : (
        <InstructionForm
          initialText={textOf(data)}
          editOf={instructionKey}
          draft={`edit ${instructionKey}`}
        />
      )}
    </Page>
  );
}
