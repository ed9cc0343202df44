import { ActionIcon, Tooltip } from "@mantine/core";
import { IconFolderOpen } from "@tabler/icons-react";
import { tellError } from "../../components/tell.ts";
import { desktop } from "../../desktop.ts";

/** Only the desktop can show a folder. */
export function OpenFolder({ path }: { path: string }) {
  const shell = desktop();
  if (shell === undefined) return null;
  const open = (): void => {
    shell
      .openPath({ path })
      .catch((thrown: unknown) => tellError("The folder could not be opened", thrown));
  };
  return (
    <Tooltip label="Open folder">
      <ActionIcon variant="subtle" color="gray" size="sm" onClick={open} aria-label="Open folder">
        <IconFolderOpen size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
