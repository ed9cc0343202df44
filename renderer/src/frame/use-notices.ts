import { useLocation } from "wouter";
import type { StreamMessage } from "../../../services/contract/event.ts";
import { useWishedNotices } from "../components/wished-notices.ts";
import { outcomesOf } from "./outcomes.ts";
import { showOutcome } from "./show-outcome.ts";

/** Tells a person who looks elsewhere how loads ended, as far as they want to know. */
export function useNotices(): (messages: readonly StreamMessage[]) => void {
  const [wished] = useWishedNotices();
  const [, navigate] = useLocation();
  return (messages) => {
    if (document.hasFocus() && !document.hidden) return;
    for (const outcome of outcomesOf(messages, wished)) showOutcome(outcome, navigate);
  };
}
