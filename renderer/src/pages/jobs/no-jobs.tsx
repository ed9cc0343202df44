import { Button, Text } from "@mantine/core";
import { IconFilterOff, IconListDetails } from "@tabler/icons-react";
import { Link } from "wouter";
import { Notice } from "../../components/notice.tsx";

interface NoJobsProps {
  readonly isFiltered: boolean;
  /** Why the search says nothing; null where it does. */
  readonly problem: string | null;
  readonly onClear: () => void;
}

/** An empty list: because nothing was ever submitted, or because the filter lets nothing through. */
export function NoJobs({ isFiltered, problem, onClear }: NoJobsProps) {
  if (problem !== null) {
    return (
      // The search box says it aloud.
      <Notice icon={IconFilterOff} title="This search is not understood">
        <Text size="sm">{problem}</Text>
        <Text size="sm" c="dimmed">
          Mend it in the search box, which completes what you type.
        </Text>
        <Button variant="default" mt="xs" onClick={onClear}>
          Show all jobs
        </Button>
      </Notice>
    );
  }
  if (isFiltered) {
    return (
      <Notice icon={IconFilterOff} title="No job matches">
        <Text size="sm" c="dimmed">
          No job meets all terms of this search. Text without a qualifier is looked for in names,
          reasons, messages, sources and instructions.
        </Text>
        <Button variant="default" mt="xs" onClick={onClear}>
          Show all jobs
        </Button>
      </Notice>
    );
  }
  return (
    <Notice icon={IconListDetails} title="No jobs yet">
      <Text size="sm" c="dimmed">
        Every instruction that is submitted here or by GOBii&rsquo;s loader makes a job, which
        stands in this list with its progress and its outcome.
      </Text>
      <Button component={Link} href="/submit" mt="xs">
        Submit an instruction
      </Button>
    </Notice>
  );
}
