import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import {
  IconCheck,
  IconClock,
  IconDeviceDesktop,
  IconKeyboard,
  IconMoon,
  IconDots,
  IconSearch,
  IconSun,
} from "@tabler/icons-react";
import { useTimeZone } from "../components/time-zone.ts";
import { beyondTheBar } from "./places.ts";
import classes from "./side-bar.module.css";
import { useRunCommand } from "./command-context.ts";

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
  const run = useRunCommand();
  return (
    <Menu position="top-end" width={200} transitionProps={{ duration: 120 }}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Theme, time zone and keys">
          <IconDots size={17} stroke={1.7} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <span className={classes["narrow"]}>
          {beyondTheBar.map(({ path, word, icon: Shape }) => (
            <Menu.Item
              key={path}
              leftSection={<Shape size={15} aria-hidden />}
              onClick={() => run({ kind: "go", path })}
            >
              {word}
            </Menu.Item>
          ))}
          <Menu.Divider />
        </span>
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
        <Menu.Item
          leftSection={<IconSearch size={15} aria-hidden />}
          onClick={() => run({ kind: "palette" })}
        >
          Commands and jobs
        </Menu.Item>
        <Menu.Item
          leftSection={<IconKeyboard size={15} aria-hidden />}
          onClick={() => run({ kind: "keys" })}
        >
          Keys
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
