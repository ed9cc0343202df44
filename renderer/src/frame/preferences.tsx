import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import {
  IconCheck,
  IconClock,
  IconDeviceDesktop,
  IconKeyboard,
  IconMoon,
  IconSettings,
  IconSun,
} from "@tabler/icons-react";
import { useTimeZone } from "../components/time-zone.ts";
import { useShowKeys } from "./keys-context.ts";

const schemes = [
  { value: "light", word: "Light", icon: IconSun },
  { value: "dark", word: "Dark", icon: IconMoon },
  { value: "auto", word: "As the system", icon: IconDeviceDesktop },
] as const;

const zones = [
  { value: "local", word: "Local time" },
  { value: "UTC", word: "UTC" },
] as const;

/** Theme and time zone, kept in this browser. */
export function Preferences() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [zone, setZone] = useTimeZone();
  const showKeys = useShowKeys();
  return (
    <Menu position="top-end" width={200} transitionProps={{ duration: 120 }}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Theme, time zone and keys">
          <IconSettings size={17} stroke={1.7} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Theme</Menu.Label>
        {schemes.map(({ value, word, icon: Shape }) => (
          <Menu.Item
            key={value}
            leftSection={<Shape size={15} aria-hidden />}
            rightSection={colorScheme === value && <IconCheck size={15} aria-label="chosen" />}
            onClick={() => setColorScheme(value)}
          >
            {word}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>Times</Menu.Label>
        {zones.map(({ value, word }) => (
          <Menu.Item
            key={value}
            leftSection={<IconClock size={15} aria-hidden />}
            rightSection={zone === value && <IconCheck size={15} aria-label="chosen" />}
            onClick={() => setZone(value)}
          >
            {word}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={15} aria-hidden />} onClick={showKeys}>
          Keys
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
