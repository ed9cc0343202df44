import { useDebouncedValue } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { z } from "zod";
import type { StoredInstruction } from "../../../../services/contract/instruction.ts";
import { submitInstruction } from "../../api/instructions.ts";
import { readDraft, writeDraft } from "../../components/draft.ts";
import { readText } from "./instruction-text.ts";
import { keyProblem, submitBody, timeName } from "./submit-body.ts";
import { useSubmitOptions } from "./use-submit-options.ts";

/**
 * The text of an instruction while it is written, what it reads as, and its way to the service, which ends on the page of
 * the job.
 *
 * @param initialKey left out where it is no right key.
 * @param editOf key of the instruction that this one is an edit of.
 * @param draft under which the text is kept until it is sent; null: it is not.
 */
export function useInstructionSubmit(
  initialText: string,
  initialKey: string,
  editOf: string | null,
  draft: string | null,
) {
  const [, navigate] = useLocation();
  const [text, setText] = useState(
    () => (draft === null ? null : readDraft(draft, z.string())) ?? initialText,
  );
  const [begun] = useState(text);
  const [settledText] = useDebouncedValue(text, 150);
  const isUnchanged = editOf !== null && text === initialText;
  // At once: what was typed a moment before a reload is not to be lost either.
  useEffect(() => {
    if (draft !== null) writeDraft(draft, isUnchanged ? null : text);
  }, [draft, text, isUnchanged]);
  const reading = useMemo(() => readText(settledText), [settledText]);
  const initial = keyProblem(initialKey) === null ? initialKey : "";
  const { options, setOptions, keepName } = useSubmitOptions(
    initial,
    draft === null ? null : `${draft} options`,
  );
  const unnamed = useRef({ text: "", key: "" });
  /** An empty name is made up here, and stays for a second try: an answer that was lost does not make two jobs. */
  const keyFor = (written: string): string => {
    if (options.key.trim() !== "") return options.key;
    if (unnamed.current.key === "" || unnamed.current.text !== written) {
      unnamed.current = {
        text: written,
        key: timeName(new Date(), crypto.getRandomValues(new Uint8Array(3))),
      };
    }
    return unnamed.current.key;
  };
  const sending = useMutation({
    mutationFn: (instruction: StoredInstruction) =>
      submitInstruction(submitBody(instruction, { ...options, key: keyFor(text) }, editOf)),
    onSuccess: ({ job }) => {
      keepName();
      if (draft !== null) writeDraft(draft, null);
      navigate(`/jobs/${job.id}`);
    },
  });
  const isReady =
    reading.kind === "right" && settledText === text && keyProblem(options.key) === null;
  return {
    /** What it began with: what was given, or what was written before the page was loaded anew. */
    begun,
    text,
    setText,
    reading,
    options,
    setOptions,
    isReady,
    isPending: sending.isPending,
    error: sending.error,
    /** Does nothing before it is ready. */
    submit: (): void => {
      if (isReady) sending.mutate(reading.instruction);
    },
  };
}
