import { Skeleton, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useSearch } from "wouter";
import { digestersQuery } from "../../api/digesters.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NoDigester } from "../../components/no-digester.tsx";
import { Page } from "../../components/page.tsx";
import { DigesterRegulator } from "./digester-regulator.tsx";
import classes from "./regulator-page.module.css";

/** Who decides what runs next: the strategy in force, its line, and what another one would make of it. */
export function RegulatorPage() {
  const { data, error, isPending, refetch } = useQuery(digestersQuery);
  const [, navigate] = useLocation();
  const wanted = new URLSearchParams(useSearch()).get("digester");
  const shown = data?.find(({ id }) => id === wanted) ?? data?.[0];
  return (
    <Page title="Regulator">
      {data === undefined ? (
        isPending ? (
          <Skeleton height={320} animate={false} aria-label="Loading the regulators" />
        ) : (
          <ErrorPanel
            error={error}
            what="The digesters could not be read"
            onRetry={() => void refetch()}
          />
        )
      ) : shown === undefined ? (
        <NoDigester />
      ) : (
        <div className={classes["page"]}>
          {data.length > 1 && (
            <Tabs
              value={shown.id}
              onChange={(id) =>
                id !== null &&
                navigate(`/regulator?digester=${encodeURIComponent(id)}`, { replace: true })
              }
            >
              <Tabs.List aria-label="Digester">
                {data.map(({ id }) => (
                  <Tabs.Tab key={id} value={id} className={classes["tab"] ?? ""}>
                    {id}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value={shown.id} pt="md">
                <DigesterRegulator key={shown.id} digester={shown} all={data} />
              </Tabs.Panel>
            </Tabs>
          )}
          {data.length === 1 && <DigesterRegulator key={shown.id} digester={shown} all={data} />}
        </div>
      )}
    </Page>
  );
}
