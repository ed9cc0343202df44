import { useRef } from "react";
import { useLocation } from "wouter";
import type { StreamMessage } from "../../../services/contract/event.ts";
import { useWishedNotices } from "../components/wished-notices.ts";
import { isEnd, outcomesOf } from "./outcomes.ts";
import { showOutcome } from "./show-outcome.ts";

/** Loads that end within this time of the first are told of as one. */
const gatherMs = 2000;

/** Tells a person who looks elsewhere how loads ended, as far as they want to know. */
export function useNotices(): (messages: readonly StreamMessage[]) => void {
  const [wished] = useWishedNotices();
  const [, navigate] = useLocation();
  const gathered = useRef<readonly StreamMessage[]>([]);

  function tell(): void {
    const messages = gathered.current;
    gathered.current = [];
    if (isLooking()) return;
    for (const outcome of outcomesOf(messages, wished)) showOutcome(outcome, navigate);
  }

  return (messages) => {
    const ends = messages.filter(isEnd);
    if (ends.length === 0 || isLooking()) return;
    if (gathered.current.length === 0) setTimeout(tell, gatherMs);
    gathered.current = [...gathered.current, ...ends];
  };
}

function isLooking(): boolean {
  return document.hasFocus() && !document.hidden;
}
