import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Route, Switch, useRoute } from "wouter";
import { aboutQuery } from "./api/about.ts";
import { keys } from "./api/keys.ts";
import { isSignedOut, makeQueryClient } from "./api/query-client.ts";
import { keepRecovering } from "./api/recover.ts";
import { welcomeQuery } from "./api/welcome.ts";
import { ConnectionContext } from "./api/stream/connection-context.ts";
import { useEventStream } from "./api/stream/use-event-stream.ts";
import { useServiceTime } from "./components/clock.ts";
import { useNotices } from "./frame/use-notices.ts";
import { Frame } from "./frame/frame.tsx";
import { ActivityPage } from "./pages/activity/activity-page.tsx";
import { DigestersPage } from "./pages/digesters/digesters-page.tsx";
import { EditPage } from "./pages/job/edit/edit-page.tsx";
import { JobPage } from "./pages/job/job-page.tsx";
import { JobsPage } from "./pages/jobs/jobs-page.tsx";
import { OverviewPage } from "./pages/overview/overview-page.tsx";
import { NotFoundPage } from "./pages/not-found-page.tsx";
import { RegulatorPage } from "./pages/regulator/regulator-page.tsx";
import { SettingsPage } from "./pages/settings/settings-page.tsx";
import { SignInPage } from "./pages/sign-in/sign-in-page.tsx";
import { SubmitPage } from "./pages/submit/submit-page.tsx";
import { WelcomePage } from "./pages/welcome/welcome-page.tsx";
import { cssVariables, theme } from "./theme.ts";

export function App() {
  const [client] = useState(makeQueryClient);
  useEffect(() => keepRecovering(client), [client]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" limit={4} />
        <Console />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Console() {
  const about = useQuery(aboutQuery);
  useServiceTime(about.data?.clockAheadMs ?? 0);
  const signedOut = about.isError && isSignedOut(about.error);
  useForgetting(signedOut);
  const { connection, announcement } = useEventStream(!signedOut, useNotices());
  const [isAtHome] = useRoute("/");
  const welcome = useQuery({ ...welcomeQuery(useQueryClient()), enabled: isAtHome && !signedOut });
  if (signedOut) return <SignInPage />;
  // Blank for a moment: a frame that goes away again would be worse.
  if (isAtHome && welcome.isPending) return null;
  if (isAtHome && welcome.data === true) return <WelcomePage />;
  return (
    <ConnectionContext value={connection}>
      <Frame announcement={announcement}>
        <Switch>
          <Route path="/">
            <OverviewPage />
          </Route>
          <Route path="/jobs">
            <JobsPage />
          </Route>
          <Route path="/jobs/:id/edit">{({ id }) => <EditPage key={id} id={id} />}</Route>
          <Route path="/jobs/:id">{({ id }) => <JobPage key={id} id={id} />}</Route>
          <Route path="/submit">
            <SubmitPage />
          </Route>
          <Route path="/digesters">
            <DigestersPage />
          </Route>
          <Route path="/regulator">
            <RegulatorPage />
          </Route>
          <Route path="/settings">
            <SettingsPage />
          </Route>
          <Route path="/activity">
            <ActivityPage />
          </Route>
          <Route>
            <NotFoundPage />
          </Route>
        </Switch>
      </Frame>
    </ConnectionContext>
  );
}

/** Whoever signs in next, in another tab too, may be somebody else or with another record: nothing is kept for them. */
function useForgetting(signedOut: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!signedOut) return;
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.about[0] });
  }, [client, signedOut]);
}
