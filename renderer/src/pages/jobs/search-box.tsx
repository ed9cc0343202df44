import { CloseButton, Kbd, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./search-box.module.css";

/** Searches as one types. `value` is the search in force. */
export function SearchBox({ value, onSearch }: { value: string; onSearch: (q: string) => void }) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    // The address bar changed by other means, such as the back button.
    setShown(value);
    if (value !== text.trim()) setText(value);
  }
  const search = useDebouncedCallback((q: string) => onSearch(q.trim()), 200);

  function change(next: string): void {
    setText(next);
    search(next);
  }

  return (
    <TextInput
      id="job-search"
      type="search"
      className={classes["box"] ?? ""}
      placeholder="Search name, reason, source, table, submitter"
      aria-label="Search jobs"
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        if (text === "") event.currentTarget.blur();
        change("");
      }}
      leftSection={<IconSearch size={15} aria-hidden />}
      rightSection={
        text === "" ? (
          <Kbd size="xs" aria-hidden>
            /
          </Kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => change("")} />
        )
      }
    />
  );
}
