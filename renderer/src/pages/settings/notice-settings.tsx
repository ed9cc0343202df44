import { Button, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useWishedNotices } from "../../components/wished-notices.ts";
import { desktop } from "../../desktop.ts";
import { Section } from "./section.tsx";

type Permission = NotificationPermission | "missing";

function permissionNow(): Permission {
  if (desktop() !== undefined) return "granted";
  return "Notification" in window ? Notification.permission : "missing";
}

/** Of what the person is told while they look elsewhere. */
export function NoticeSettings() {
  const [wished, setWished] = useWishedNotices();
  const [permission, setPermission] = useState(permissionNow);
  const canTell = permission === "granted";
  return (
    <Section
      title="Notifications"
      about="While this window is not in front. Several that come together are told as one."
    >
      {permission === "default" && (
        <div>
          <Button
            variant="default"
            onClick={() => void Notification.requestPermission().then(setPermission)}
          >
            Allow notifications…
          </Button>
        </div>
      )}
      {permission === "denied" && (
        <Text size="sm" c="dimmed">
          The browser does not let this page show notifications: allow them in its settings for{" "}
          {window.location.host}.
        </Text>
      )}
      {permission === "missing" && (
        <Text size="sm" c="dimmed">
          This browser has no notifications for pages that come without TLS.
        </Text>
      )}
      <Switch
        label="Loads that failed"
        disabled={!canTell}
        checked={canTell && wished.failed}
        onChange={(event) => setWished({ ...wished, failed: event.currentTarget.checked })}
      />
      <Switch
        label="Loads that completed"
        disabled={!canTell}
        checked={canTell && wished.completed}
        onChange={(event) => setWished({ ...wished, completed: event.currentTarget.checked })}
      />
    </Section>
  );
}
