import {
  IconActivity,
  IconAdjustmentsHorizontal,
  IconGauge,
  IconListDetails,
  IconServer2,
  IconSettings,
  IconUpload,
  type Icon,
} from "@tabler/icons-react";

interface Place {
  readonly path: string;
  readonly word: string;
  readonly icon: Icon;
  /** Whether it has room in the bar of a narrow window; else it is in the menu there. */
  readonly isInBar: boolean;
}

export const places: readonly Place[] = [
  { path: "/", word: "Overview", icon: IconGauge, isInBar: true },
  { path: "/jobs", word: "Jobs", icon: IconListDetails, isInBar: true },
  { path: "/submit", word: "Submit", icon: IconUpload, isInBar: true },
  { path: "/digesters", word: "Digesters", icon: IconServer2, isInBar: true },
  { path: "/regulator", word: "Regulator", icon: IconAdjustmentsHorizontal, isInBar: false },
  { path: "/activity", word: "Activity", icon: IconActivity, isInBar: false },
  { path: "/settings", word: "Settings", icon: IconSettings, isInBar: false },
];

export const beyondTheBar = places.filter(({ isInBar }) => !isInBar);

/** Whether a location lies at a place or below it. */
export function isAt(location: string, path: string): boolean {
  return location === path || (path !== "/" && location.startsWith(`${path}/`));
}
