import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { readInstruction } from "../../../../services/contract/instruction.ts";
import { instructionQuery } from "../../api/instructions.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Page } from "../../components/page.tsx";
import { InstructionForm } from "./instruction-form.tsx";

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
        <InstructionForm initialText={textOf(data)} editOf={instructionKey} />
      )}
    </Page>
  );
}

/** The instruction as a person would write it, without what the store puts around it. */
function textOf(stored: unknown): string {
  const instruction = readInstruction(stored);
  const inner = instruction.shape === "list" ? instruction.instructions : instruction.procedure;
  return JSON.stringify(inner, null, 2);
}
