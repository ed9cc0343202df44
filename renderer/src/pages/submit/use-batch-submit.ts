import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { coerceError } from "../../../../services/contract/errors.ts";
import { submitInstruction } from "../../api/instructions.ts";
import type { BatchEntry } from "./instruction-batch.ts";
import { submitBody, type SubmitOptions } from "./submit-body.ts";
import { useSubmitOptions } from "./use-submit-options.ts";

/** What became of one instruction of several. */
export type Outcome =
  | { readonly kind: "sending" }
  | { readonly kind: "kept"; readonly job: number; readonly key: string }
  | { readonly kind: "refused"; readonly message: string };

/**
 * Submits instructions one after the other, in their order. One that is refused does not keep back the others, and can be
 * sent again with them: what is kept already is left out.
 */
export function useBatchSubmit(entries: readonly BatchEntry[]) {
  const { options, setOptions, keepName } = useSubmitOptions();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<BatchEntry, Outcome>>(new Map());
  const open = entries.filter(
    (entry) => entry.reading.kind === "right" && outcomes.get(entry)?.kind !== "kept",
  );

  const sending = useMutation({
    mutationFn: async () => {
      keepName();
      for (const entry of open) {
        const tell = (outcome: Outcome): void =>
          setOutcomes((before) => new Map(before).set(entry, outcome));
        tell({ kind: "sending" });
        tell(await send(entry, options));
      }
    },
  });

  return {
    options,
    setOptions,
    outcomes,
    /** How many can be submitted now. */
    open: open.length,
    isPending: sending.isPending,
    submit: (): void => sending.mutate(),
  };
}

async function send({ key, reading }: BatchEntry, options: SubmitOptions): Promise<Outcome> {
  if (reading.kind !== "right") return { kind: "refused", message: "It is not right yet." };
  try {
    const body = submitBody(reading.instruction, { ...options, key }, null);
    const { job } = await submitInstruction(body);
    return { kind: "kept", job: job.id, key: job.key };
  } catch (thrown) {
    return { kind: "refused", message: coerceError(thrown).message };
  }
}
