import { Code, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { CopyButton } from "./copy-button.tsx";
import { Notice } from "./notice.tsx";
import classes from "./no-digester.module.css";

/** Without a digester nothing runs: that is an error, and this is the remedy. */
export function NoDigester() {
  const command = `npm run -s services -- digester --web ${window.location.origin} --token TOKEN`;
  return (
    <Notice icon={IconPlugConnectedX} title="No digester attached" kind="error">
      <Text size="sm">
        Jobs are accepted and kept, but none of them runs. Start a digester on this or another
        machine; it attaches itself:
      </Text>
      <div className={classes["command"]}>
        <Code className={classes["code"] ?? ""}>{command}</Code>
        <CopyButton value={command} what="the command" />
      </div>
      <Text size="sm" c="dimmed">
        TOKEN is the one with which you signed in. A digester that runs already is attached by its
        address on the Digesters page.
      </Text>
    </Notice>
  );
}
