import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { latestEvents } from "../../api/activity.ts";
import { digestersQuery } from "../../api/digesters.ts";
import { askDiagnostics } from "../../api/service.ts";
import { saveFile } from "../../components/save-file.ts";
import { tellError } from "../../components/tell.ts";
import { Section } from "./section.tsx";

const eventCount = 1000;

/** One file for whoever is asked for help. */
export function DiagnosticsSection() {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      const [service, digesters, events] = await Promise.all([
        askDiagnostics(),
        client.fetchQuery(digestersQuery),
        latestEvents(eventCount),
      ]);
      const browser = { agent: navigator.userAgent, language: navigator.language };
      saveFile(
        `digester-diagnostics-${service.madeAt.replaceAll(/[:.]/g, "-")}.json`,
        "application/json",
        JSON.stringify({ service, digesters, events, browser }, null, 1),
      );
    },
    onError: (thrown) => tellError("The diagnostics could not be gathered", thrown),
  });
  return (
    <Section
      title="Diagnostics"
      about="Versions, configuration, digesters, the newest log lines and events, in one file. It holds no password and no token, but names of loads, files and people: look it over before you send it."
    >
      <div>
        <Button
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          Save diagnostics
        </Button>
      </div>
    </Section>
  );
}
