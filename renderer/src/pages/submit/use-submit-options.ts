import { useEffect, useState } from "react";
import { z } from "zod";
import { priorityRange } from "../../../../services/contract/job.ts";
import { readDraft, writeDraft } from "../../components/draft.ts";
import { useYourName } from "../../components/your-name.ts";
import { defaultOptions, type SubmitOptions } from "./submit-body.ts";

const Options = z.object({
  key: z.string(),
  priority: z.number().int().min(priorityRange.min).max(priorityRange.max),
  hold: z.boolean(),
  submittedBy: z.string(),
});

/**
 * What a person says of a submission, under the name that they gave last.
 *
 * @param draft under which it is kept until it is sent; null: it is not.
 */
export function useSubmitOptions(key = "", draft: string | null = null) {
  const [yourName, setYourName] = useYourName();
  const [options, setOptions] = useState<SubmitOptions>(
    () =>
      (draft === null ? null : readDraft(draft, Options)) ?? {
        ...defaultOptions,
        key,
        submittedBy: yourName,
      },
  );
  useEffect(() => {
    if (draft !== null) writeDraft(draft, options);
  }, [draft, options]);
  return {
    options,
    setOptions,
    /** For the next submission, and for what is done to jobs. What was kept of this one is forgotten. */
    keepName: (): void => {
      setYourName(options.submittedBy.trim());
      if (draft !== null) writeDraft(draft, null);
    },
  };
}
