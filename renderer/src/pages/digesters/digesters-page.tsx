import { Button, Code, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlugConnected, IconPlugConnectedX } from "@tabler/icons-react";
import { useState } from "react";
import { digestersQuery } from "../../api/digesters.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Notice } from "../../components/notice.tsx";
import { Page } from "../../components/page.tsx";
import { AttachDialog } from "./attach-dialog.tsx";
import { DigesterSection } from "./digester-section.tsx";
import classes from "./digesters-page.module.css";

export function DigestersPage() {
  const { data, error, isPending, refetch } = useQuery(digestersQuery);
  const [attaches, setAttaches] = useState(false);
  const attach = (
    <Button
      variant="default"
      leftSection={<IconPlugConnected size={15} aria-hidden />}
      onClick={() => setAttaches(true)}
    >
      Attach…
    </Button>
  );
  return (
    <Page title="Digesters" tools={attach}>
      {data === undefined ? (
        isPending ? (
          <Skeleton height={240} animate={false} aria-label="Loading the digesters" />
        ) : (
          <ErrorPanel
            error={error}
            what="The digesters could not be read"
            onRetry={() => void refetch()}
          />
        )
      ) : data.length === 0 ? (
        <NoDigester />
      ) : (
        <div className={classes["list"]}>
          {data.map((digester) => (
            <DigesterSection key={digester.id} digester={digester} />
          ))}
        </div>
      )}
      {attaches && <AttachDialog onClose={() => setAttaches(false)} />}
    </Page>
  );
}

/** Without a digester nothing runs: that is an error, and this is the remedy. */
function NoDigester() {
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
        address with the button above.
      </Text>
    </Notice>
  );
}
