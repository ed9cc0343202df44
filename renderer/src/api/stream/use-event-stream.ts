import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import type { StreamMessage } from "../../../../services/contract/event.ts";
import { announce } from "./announcement.ts";
import { applyMessages, forgetActivity } from "./apply-messages.ts";
import { broke, heard, newConnection, opened, type Connection } from "./connection.ts";
import { followEvents } from "./event-stream.ts";
import { makeAskAgain } from "./ask-again.ts";

export interface EventStream {
  readonly connection: Connection;
  /** The newest change of status in words, for the live region. */
  readonly announcement: string;
}

const announceEveryMs = 1500;

/**
 * Follows the event stream while `enabled` and keeps the query cache true to it. What came within a moment is handed to
 * `onBatch` at once.
 */
export function useEventStream(
  enabled: boolean,
  onBatch: (messages: readonly StreamMessage[]) => void,
): EventStream {
  const client = useQueryClient();
  const [connection, setConnection] = useState(() => newConnection(Date.now()));
  const [announcement, setAnnouncement] = useState("");

  const handOn = useEffectEvent(onBatch);

  useEffect(() => {
    if (!enabled) return;
    const askAgain = makeAskAgain(client);
    let unannounced: StreamMessage[] = [];
    const announcer = setInterval(() => {
      if (unannounced.length > 0) handOn(unannounced);
      const words = announce(unannounced);
      unannounced = [];
      if (words !== null) setAnnouncement(words);
    }, announceEveryMs);
    const stop = followEvents("/api/v1/events", {
      onOpen: (gap) => {
        setConnection((before) => opened(before, Date.now()));
        if (!gap) return;
        forgetActivity(client);
        askAgain.addEverything();
      },
      onBreak: () => setConnection((before) => broke(before, Date.now())),
      onMessages: (messages) => {
        setConnection((before) => heard(before, newestStamp(messages), Date.now()));
        askAgain.add(applyMessages(client, messages));
        unannounced.push(...messages.filter((message) => message.kind === "event"));
      },
    });
    return () => {
      stop();
      clearInterval(announcer);
      askAgain.cancel();
    };
  }, [client, enabled]);

  return { connection, announcement };
}

function newestStamp(messages: readonly StreamMessage[]): number | null {
  const newest = messages.findLast((message) => message.kind === "event");
  return newest === undefined ? null : Date.parse(newest.event.at);
}
