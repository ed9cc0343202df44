import { useState } from "react";
import { useYourName } from "../../components/your-name.ts";
import { defaultOptions, type SubmitOptions } from "./submit-body.ts";

/** What a person says of a submission, under the name that they gave last. */
export function useSubmitOptions(key = "") {
  const [yourName, setYourName] = useYourName();
  const [options, setOptions] = useState<SubmitOptions>({
    ...defaultOptions,
    key,
    submittedBy: yourName,
  });
  return {
    options,
    setOptions,
    /** For the next submission, and for what is done to jobs. */
    keepName: (): void => setYourName(options.submittedBy.trim()),
  };
}
