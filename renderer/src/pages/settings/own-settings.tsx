import { SegmentedControl, TextInput, useMantineColorScheme } from "@mantine/core";
import { useDensity } from "../../components/density.ts";
import { useTimeStyle } from "../../components/time-style.ts";
import { useTimeZone } from "../../components/time-zone.ts";
import { useByteUnits } from "../../components/units.ts";
import { useYourName } from "../../components/your-name.ts";
import { Section, Setting } from "./section.tsx";

export function OwnSettings() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [zone, setZone] = useTimeZone();
  const [style, setStyle] = useTimeStyle();
  const [density, setDensity] = useDensity();
  const [units, setUnits] = useByteUnits();
  const [name, setName] = useYourName();
  return (
    <Section title="Yours" about="Kept in this browser.">
      <TextInput
        label="Your name"
        description="Stands with what you submit and do."
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Setting word="Theme">
        <SegmentedControl
          aria-label="Theme"
          value={colorScheme}
          onChange={(value) =>
            setColorScheme(value === "light" || value === "dark" ? value : "auto")
          }
          data={[
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
            { value: "auto", label: "As the system" },
          ]}
        />
      </Setting>
      <Setting word="Rows">
        <SegmentedControl
          aria-label="Rows"
          value={density}
          onChange={(value) => setDensity(value === "compact" ? "compact" : "comfortable")}
          data={[
            { value: "comfortable", label: "Comfortable" },
            { value: "compact", label: "Compact" },
          ]}
        />
      </Setting>
      <Setting word="Sizes">
        <SegmentedControl
          aria-label="Sizes"
          value={units}
          onChange={(value) => setUnits(value === "binary" ? "binary" : "decimal")}
          data={[
            { value: "decimal", label: "MB, by 1,000" },
            { value: "binary", label: "MiB, by 1,024" },
          ]}
        />
      </Setting>
      <Setting word="Ages">
        <SegmentedControl
          aria-label="Ages"
          value={style}
          onChange={(value) => setStyle(value === "absolute" ? "absolute" : "relative")}
          data={[
            { value: "relative", label: "4 min ago" },
            { value: "absolute", label: "09:31:07" },
          ]}
        />
      </Setting>
      <Setting word="Times of day">
        <SegmentedControl
          aria-label="Times of day"
          value={zone}
          onChange={(value) => setZone(value === "UTC" ? "UTC" : "local")}
          data={[
            { value: "local", label: "Local" },
            { value: "UTC", label: "UTC" },
          ]}
        />
      </Setting>
    </Section>
  );
}
