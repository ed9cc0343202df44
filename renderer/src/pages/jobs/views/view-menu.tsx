import { ActionIcon, Button, Popover, TextInput, Tooltip, UnstyledButton } from "@mantine/core";
import { IconBookmark, IconLink, IconTrash } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { tellDone, tellError } from "../../../components/tell.ts";
import { useYourName } from "../../../components/your-name.ts";
import { usualViews, useSavedViews, type SavedView } from "./saved-views.ts";
import classes from "./view-menu.module.css";

/** Views to go to, and the way to keep the one that is shown. `query` is its query string. */
export function ViewMenu({ query }: { query: string }) {
  const [opened, setOpened] = useState(false);
  const [, navigate] = useLocation();
  const { views, save, remove } = useSavedViews();
  const [yourName] = useYourName();

  function go(to: string): void {
    setOpened(false);
    navigate(to === "" ? "/jobs" : `/jobs?${to}`);
  }

  async function copyLink(): Promise<void> {
    setOpened(false);
    try {
      await navigator.clipboard.writeText(`${location.origin}/jobs${query && `?${query}`}`);
      tellDone("The link to this view was copied.");
    } catch (thrown) {
      tellError("The link could not be copied", thrown);
    }
  }

  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      shadow="md"
      trapFocus
      withinPortal
    >
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes["button"] ?? ""}
          leftSection={<IconBookmark size={15} aria-hidden />}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          Views
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes["menu"] ?? ""}>
        <Views views={usualViews(yourName.trim())} label="Views for everybody" onGo={go} />
        {views.length > 0 && (
          <Views views={views} label="Views of your own" onGo={go}>
            {({ name }) => (
              <Tooltip label="Forget this view">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={`Forget the view ${name}`}
                  onClick={() => remove(name)}
                >
                  <IconTrash size={14} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
          </Views>
        )}
        <SaveForm
          onSave={(name) => {
            save({ name, query });
            tellDone(`This view was saved as ${name}.`);
          }}
        />
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<IconLink size={14} aria-hidden />}
          onClick={() => void copyLink()}
        >
          Copy the link to this view
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ViewsProps {
  readonly views: readonly SavedView[];
  readonly label: string;
  readonly onGo: (query: string) => void;
  readonly children?: (view: SavedView) => ReactNode;
}

function Views({ views, label, onGo, children }: ViewsProps) {
  return (
    <ul className={classes["views"]} aria-label={label}>
      {views.map((view) => (
        <li key={view.name} className={classes["view"]}>
          <UnstyledButton className={classes["go"] ?? ""} onClick={() => onGo(view.query)}>
            {view.name}
          </UnstyledButton>
          {children?.(view)}
        </li>
      ))}
    </ul>
  );
}

function SaveForm({ onSave }: { onSave: (name: string) => void }) {
  const [name, setName] = useState("");
  const wanted = name.trim();
  return (
    <form
      className={classes["save"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === "") return;
        onSave(wanted);
        setName("");
      }}
    >
      <TextInput
        size="xs"
        aria-label="Name of this view"
        placeholder="Save this view as"
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={wanted === ""}>
        Save
      </Button>
    </form>
  );
}
