import { Page } from "../../components/page.tsx";
import { DiagnosticsSection } from "./diagnostics-section.tsx";
import { NoticeSettings } from "./notice-settings.tsx";
import { OwnSettings } from "./own-settings.tsx";
import { ServiceSection } from "./service-section.tsx";
import { TokenSection } from "./token-section.tsx";
import classes from "./settings-page.module.css";

/** What is the person's own, what the service is set to, and what helps who is asked for help. */
export function SettingsPage() {
  return (
    <Page title="Settings">
      <div className={classes["page"]}>
        <OwnSettings />
        <NoticeSettings />
        <ServiceSection />
        <TokenSection />
        <DiagnosticsSection />
      </div>
    </Page>
  );
}
