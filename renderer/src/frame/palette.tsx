import { Kbd } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { foundJobsQuery } from "../api/jobs.ts";
import { StatusIcon } from "../components/status-mark.tsx";
import { desktop } from "../desktop.ts";
import { standingOf, standingWords } from "../format/words.ts";
import { findCommands, type Command } from "./commands.ts";
import classes from "./palette.module.css";

/** Handed on to the scroll area that the list consists of. */
const scrolledByKeyboard = { viewportProps: { tabIndex: 0 } };

/** Commands and jobs by what one types. */
export function Palette({ onCommand }: { onCommand: (command: Command) => void }) {
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), 150);
  const { data: found = [] } = useQuery({
    ...foundJobsQuery(settled),
    enabled: settled !== "",
    placeholderData: keepPreviousData,
  });
  const entries = findCommands(typed, desktop() !== undefined);
  const jobs = typed.trim() === "" ? [] : found;
  return (
    <Spotlight.Root
      query={typed}
      onQueryChange={setTyped}
      shortcut="mod + K"
      clearQueryOnClose
      scrollable
      maxHeight={420}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      attributes={{ content: { "aria-label": "Commands and jobs" } }}
      // It goes at once: as long as it is there, what is typed next goes into its box rather than to the page.
      transitionProps={{ duration: 120, exitDuration: 0, transition: "fade" }}
    >
      <Spotlight.Search
        placeholder="A command, or a job by name, file or message"
        aria-label="Look for a command or a job"
        leftSection={<IconSearch size={18} stroke={1.6} aria-hidden />}
      />
      <Spotlight.ActionsList {...scrolledByKeyboard}>
        {jobs.length > 0 && (
          <Spotlight.ActionsGroup label="Jobs">
            {jobs.map((job) => (
              <Spotlight.Action
                key={job.id}
                onClick={() => onCommand({ kind: "go", path: `/jobs/${job.id}` })}
              >
                <span className={classes["entry"]}>
                  <StatusIcon standing={standingOf(job)} />
                  <span className={classes["key"]}>{job.key}</span>
                  <span className={classes["more"]}>{standingWords[standingOf(job)]}</span>
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {entries.length > 0 && (
          <Spotlight.ActionsGroup label="Commands">
            {entries.map(({ words, keys, command }) => (
              <Spotlight.Action key={words} onClick={() => onCommand(command)}>
                <span className={classes["entry"]}>
                  {words}
                  <span className={classes["keys"]}>
                    {keys?.split(" ").map((key) => (
                      <Kbd key={key} size="xs">
                        {key}
                      </Kbd>
                    ))}
                  </span>
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {jobs.length + entries.length === 0 && (
          <Spotlight.Empty>Nothing is called that.</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
