import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { describeSettings } from "../../../../services/contract/digest-settings.ts";
import type { ServiceConfiguration } from "../../../../services/contract/service.ts";
import { aboutQuery } from "../../api/about.ts";
import { configurationQuery } from "../../api/service.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import { formatDuration } from "../../format/time.ts";
import { Section } from "./section.tsx";
import classes from "./settings-page.module.css";

/** Read-only: it is decided where the service is started. */
export function ServiceSection() {
  const { data, error, isError, refetch } = useQuery(configurationQuery);
  const { data: about } = useQuery(aboutQuery);
  const place =
    data?.file === undefined || data.file === null
      ? "Set where the service is started: by its options, or in a file named by --config."
      : `Set in ${data.file} and where the service is started.`;
  return (
    <Section title="This service" about={`${place} It takes effect at the next start.`}>
      {isError ? (
        <ErrorPanel
          error={error}
          what="The configuration could not be read"
          onRetry={() => void refetch()}
        />
      ) : data === undefined ? (
        <Skeleton height={220} animate={false} aria-label="Loading the configuration" />
      ) : (
        <dl className={classes["facts"]}>
          {data.crops.map(({ name, contextPath, dataRoots, upstream, digest }) => (
            <Fact key={name} name={`Crop ${name}`}>
              {dataRoots.map((root) => (
                <span key={root} className={classes["path"]}>
                  {root}
                </span>
              ))}
              <span className={classes["more"]}>
                for the loader at {contextPath}
                {upstream !== null && `, before ${upstream}`}
              </span>
              {describeSettings(digest).map((text) => (
                <span key={text} className={classes["more"]}>
                  {text}
                </span>
              ))}
            </Fact>
          ))}
          <Fact name="Store">
            <span className={classes["path"]}>{data.dataDir}</span>
          </Fact>
          <Fact name="Address">
            <span className={classes["path"]}>{data.publicUrl}</span>
          </Fact>
          <Fact name="Mail">
            {data.mail === null
              ? "None is sent: no mail server is named."
              : `By ${data.mail.host}:${data.mail.port}, from ${data.mail.from}`}
          </Fact>
          <Fact name="Tries">
            {formatPlural(data.tries, "try", "tries")} of a load whose failure may pass;{" "}
            {formatPlural(data.losses, "attempt")} lost with their digester at most
          </Fact>
          <Fact name="Lease">
            A digester that is silent for {formatDuration(data.leaseMs)} loses its load to another
          </Fact>
          <Fact name="Kept">{keptInWords(data.retention)}</Fact>
          <Fact name="Limits">
            Uploads up to {formatCount(data.maxUploadMbytes)} MiB; tokens count for{" "}
            {formatDuration(data.tokenLifeMs)}
          </Fact>
          <Fact name="Version">{about?.version ?? "–"}</Fact>
        </dl>
      )}
    </Section>
  );
}

function keptInWords({ days, jobs }: ServiceConfiguration["retention"]): string {
  if (days === null && jobs === null) return "All jobs, without end";
  const bounds = [
    ...(days === null ? [] : [`for ${formatPlural(days, "day")}`]),
    ...(jobs === null ? [] : [`while among the newest ${formatCount(jobs)}`]),
  ];
  return `Settled jobs ${bounds.join(" and ")}; their output files stay`;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes["fact"]}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
