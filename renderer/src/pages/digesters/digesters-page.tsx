import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";
import { clustersQuery } from "../../api/clusters.ts";
import { digestersQuery } from "../../api/digesters.ts";
import { useEvents } from "../../api/stream/use-events.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NoDigester } from "../../components/no-digester.tsx";
import { Page } from "../../components/page.tsx";
import { AttachDialog } from "./attach-dialog.tsx";
import { ClusterSection } from "./cluster-section.tsx";
import { DigesterSection } from "./digester-section.tsx";
import { NodeChart } from "./node-chart.tsx";
import classes from "./digesters-page.module.css";

export function DigestersPage() {
  const { data, error, isPending, refetch } = useQuery(digestersQuery);
  const clusters = useQuery(clustersQuery).data ?? [];
  const events = useEvents();
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
      ) : data.length === 0 && clusters.length === 0 ? (
        <NoDigester />
      ) : (
        <div className={classes["list"]}>
          {clusters.map((cluster) => (
            <ClusterSection key={cluster.name} cluster={cluster} />
          ))}
          <NodeChart always={clusters.length > 0} />
          {data.map((digester) => (
            <DigesterSection key={digester.id} digester={digester} events={events} />
          ))}
        </div>
      )}
      {attaches && <AttachDialog onClose={() => setAttaches(false)} />}
    </Page>
  );
}
