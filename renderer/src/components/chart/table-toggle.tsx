import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChartBar, IconTable } from "@tabler/icons-react";

interface TableToggleProps {
  /** What is shown, for whoever hears the page. */
  readonly title: string;
  /** What the table stands in for. */
  readonly picture?: string;
  readonly asTable: boolean;
  readonly onChange: (asTable: boolean) => void;
}

/** Between a picture and its numbers as a table. */
export function TableToggle({ title, picture = "a picture", asTable, onChange }: TableToggleProps) {
  return (
    <Tooltip label={`Show as ${asTable ? picture : "a table"}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-pressed={asTable}
        aria-label={`${title} as a table`}
        onClick={() => onChange(!asTable)}
      >
        {asTable ? <IconChartBar size={16} aria-hidden /> : <IconTable size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
