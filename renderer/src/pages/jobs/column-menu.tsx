import { ActionIcon, Button, Checkbox, Popover } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconColumns3 } from "@tabler/icons-react";
import {
  columnNames,
  columnOf,
  defaultColumns,
  isDefault,
  moveColumn,
  toggleColumn,
  type ColumnName,
} from "./columns.ts";
import classes from "./column-menu.module.css";

interface ColumnMenuProps {
  readonly columns: readonly ColumnName[];
  readonly onChange: (columns: readonly ColumnName[]) => void;
}

/** Which columns the list has, and in which order. */
export function ColumnMenu({ columns, onChange }: ColumnMenuProps) {
  const others = columnNames.filter((name) => !columns.includes(name));
  return (
    <Popover position="bottom-end" shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes["button"] ?? ""}
          leftSection={<IconColumns3 size={15} aria-hidden />}
        >
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes["menu"] ?? ""}>
        <ul className={classes["list"]} aria-label="Columns">
          {[...columns, ...others].map((name) => (
            <Item key={name} name={name} columns={columns} onChange={onChange} />
          ))}
        </ul>
        <Button
          variant="subtle"
          size="compact-xs"
          mt={6}
          disabled={isDefault(columns)}
          onClick={() => onChange(defaultColumns)}
        >
          As at first
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

function Item({ name, columns, onChange }: ColumnMenuProps & { name: ColumnName }) {
  const { word } = columnOf(name);
  const isShown = columns.includes(name);
  const at = columns.indexOf(name);
  return (
    <li className={classes["item"]}>
      <Checkbox
        size="xs"
        label={word}
        checked={isShown}
        disabled={name === "name"}
        onChange={() => onChange(toggleColumn(columns, name))}
      />
      {isShown && (
        <span className={classes["moves"]}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Move ${word} forward`}
            disabled={at === 0}
            onClick={() => onChange(moveColumn(columns, name, -1))}
          >
            <IconArrowUp size={14} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Move ${word} back`}
            disabled={at === columns.length - 1}
            onClick={() => onChange(moveColumn(columns, name, 1))}
          >
            <IconArrowDown size={14} aria-hidden />
          </ActionIcon>
        </span>
      )}
    </li>
  );
}
