import { Button, MultiSelect, Skeleton, TextInput } from "@mantine/core";
import { IconActivity, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { eventTypes, EventType } from "../../../../services/contract/event.ts";
import { pastEventsQuery } from "../../api/activity.ts";
import { useEvents } from "../../api/stream/use-events.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Notice } from "../../components/notice.tsx";
import { Page } from "../../components/page.tsx";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import { eventWords } from "../../format/words.ts";
import { EventTable } from "./event-table.tsx";
import { shownEvents } from "./shown-events.ts";
import classes from "./activity-page.module.css";

const typeChoices = eventTypes.map((type) => ({ value: type, label: labelOf(type) }));

/** Every event as it arrives, newest first. */
export function ActivityPage() {
  const past = useQuery(pastEventsQuery);
  const events = useEvents();
  const [types, setTypes] = useState<readonly EventType[]>([]);
  const [text, setText] = useState("");
  const [pausedAt, setPausedAt] = useState<number | null>(null);

  const last = events.at(-1)?.seq ?? 0;
  const arrived = pausedAt === null ? 0 : events.filter((event) => event.seq > pausedAt).length;
  const shown = shownEvents(events, { types, text, pausedAt });

  return (
    <Page
      title="Activity"
      ownScroll
      fixed={
        <div className={classes["filters"]}>
          <MultiSelect
            aria-label="Types of event"
            placeholder={types.length === 0 ? "All types of event" : ""}
            className={classes["types"] ?? ""}
            size="sm"
            clearable
            searchable
            data={typeChoices}
            value={[...types]}
            onChange={(next) =>
              setTypes(next.flatMap((one) => EventType.safeParse(one).data ?? []))
            }
          />
          <TextInput
            type="search"
            aria-label="Text of events"
            placeholder="Load, digester or words"
            className={classes["text"] ?? ""}
            size="sm"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <span className={classes["count"]}>
            {pausedAt === null
              ? formatPlural(shown.length, "event")
              : `paused, ${formatCount(arrived)} since`}
          </span>
          <Button
            size="sm"
            variant="default"
            leftSection={
              pausedAt === null ? (
                <IconPlayerPause size={15} aria-hidden />
              ) : (
                <IconPlayerPlay size={15} aria-hidden />
              )
            }
            onClick={() => setPausedAt(pausedAt === null ? last : null)}
          >
            {pausedAt === null ? "Pause" : "Resume"}
          </Button>
        </div>
      }
    >
      {shown.length === 0 && past.isError ? (
        <ErrorPanel
          what="The events could not be read"
          error={past.error}
          onRetry={() => void past.refetch()}
        />
      ) : shown.length === 0 && past.isPending ? (
        <Skeleton height={320} animate={false} />
      ) : shown.length === 0 ? (
        <Notice
          icon={IconActivity}
          title={
            types.length === 0 && text.trim() === ""
              ? "Quiet so far"
              : "None of these events so far"
          }
        >
          <p className={classes["hint"]}>
            The newest events of all jobs and digesters stand here: submissions, callbacks, what
            people do. Each job&rsquo;s page has all of its own, from the beginning.
          </p>
        </Notice>
      ) : (
        <EventTable events={shown} onScrolledAway={() => setPausedAt((before) => before ?? last)} />
      )}
    </Page>
  );
}

/** Two types share a word on a job's page, where the context tells them apart. */
function labelOf(type: EventType): string {
  return type === "lease_expired" ? "Job lost with its digester" : eventWords[type];
}
