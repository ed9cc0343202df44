import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "wouter";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";

export function NotFoundPage() {
  return (
    <Page title="Not found">
      <Notice icon={IconMapOff} title="There is no such page">
        <Button component={Link} href="/jobs" variant="default" mt="xs">
          Go to the jobs
        </Button>
      </Notice>
    </Page>
  );
}
