import { Menu } from "@mantine/core";
import { columnRoles, type ColumnRole } from "../../../../../services/contract/preview.ts";
import { roleNames } from "./names.ts";
import classes from "./preview-grid.module.css";

interface RoleMenuProps {
  /** Which row or column, e.g. `Column 3`. */
  readonly label: string;
  readonly role: ColumnRole | null;
  readonly onRole: (role: ColumnRole | null) => void;
  /** Has the calls begin here; null where that is not for this row or column to say. */
  readonly onBegin: (() => void) | null;
}

/** What a row or column says, and all that it could say. */
export function RoleMenu({ label, role, onRole, onBegin }: RoleMenuProps) {
  const word = role === null ? null : roleNames[role];
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <button
          type="button"
          className={classes["role"]}
          aria-label={`${label}: ${word ?? "means nothing"}`}
        >
          {word ?? <span className={classes["nothing"]}>{label.replace(/^\D+/, "")}</span>}
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes["menu"] ?? ""}>
        <Menu.Label>{label}</Menu.Label>
        {onBegin !== null && <Menu.Item onClick={onBegin}>The calls begin here</Menu.Item>}
        <Menu.Item onClick={() => onRole(null)}>Means nothing</Menu.Item>
        {columnRoles.map((one) => (
          <Menu.Item key={one} onClick={() => onRole(one)} fw={one === role ? 600 : 400}>
            {roleNames[one]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
