import { CloseButton, Combobox, Kbd, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAlertCircle, IconSearch } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { parseSearch } from "../../../../../services/contract/job-search.ts";
import { fillIn, wantedAt } from "./completion.ts";
import { useSuggestions } from "./use-suggestions.ts";
import classes from "./search-box.module.css";

/**
 * Searches as one types, in a language with qualifiers that it completes; while the text is not right it says why, and the
 * search in force stays. `value` is the search in force.
 */
export function SearchBox({ value, onSearch }: { value: string; onSearch: (q: string) => void }) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const box = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  if (value !== shown) {
    // The address bar changed by other means, such as a facet or the back button.
    setShown(value);
    if (value !== text.trim()) setText(value);
  }
  const search = useDebouncedCallback((q: string) => {
    if (parseSearch(q).problems.length === 0) onSearch(q.trim());
  }, 200);
  const wanted = combobox.dropdownOpened ? wantedAt(text, caret) : null;
  const suggestions = useSuggestions(wanted);
  const [problem] = parseSearch(text).problems;
  // A qualifier whose value is yet to come is no mistake.
  const isTyping = problem !== undefined && combobox.dropdownOpened && problem.to >= caret;

  function change(next: string, at: number): void {
    setText(next);
    setCaret(at);
    search(next);
    combobox.openDropdown();
    combobox.resetSelectedOption();
  }

  function clear(): void {
    setText("");
    setCaret(0);
    search("");
    combobox.closeDropdown();
  }

  function pick(insert: string): void {
    if (wanted === null) return;
    const filled = fillIn(text, wanted, insert);
    change(filled.text, filled.caret);
    requestAnimationFrame(() => box.current?.setSelectionRange(filled.caret, filled.caret));
  }

  const isWrong = problem !== undefined && !isTyping;
  return (
    <div className={classes["box"]}>
      <Combobox store={combobox} onOptionSubmit={pick} position="bottom-start" withinPortal={false}>
        <Combobox.Target>
          <TextInput
            ref={box}
            id="job-search"
            type="search"
            autoComplete="off"
            spellCheck={false}
            placeholder="Search, or status: submitter: table: file: …"
            aria-label="Search jobs"
            aria-invalid={isWrong}
            {...(isWrong ? { "aria-describedby": "job-search-problem" } : {})}
            value={text}
            onChange={(event) =>
              change(
                event.currentTarget.value,
                event.currentTarget.selectionStart ?? event.currentTarget.value.length,
              )
            }
            onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
            onFocus={() => combobox.openDropdown()}
            onClick={() => combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              if (combobox.dropdownOpened && suggestions.length > 0)
                return combobox.closeDropdown();
              if (text === "") event.currentTarget.blur();
              else clear();
            }}
            leftSection={<IconSearch size={15} aria-hidden />}
            rightSection={
              text === "" ? (
                <Kbd size="xs" aria-hidden>
                  /
                </Kbd>
              ) : (
                <CloseButton
                  size="sm"
                  aria-label="Clear the search"
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={clear}
                />
              )
            }
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={suggestions.length === 0}>
          <Combobox.Options aria-label="Suggestions">
            {suggestions.map(({ insert, word, detail }) => (
              <Combobox.Option key={insert} value={insert} className={classes["option"] ?? ""}>
                <span className={classes["word"]}>{word}</span>
                <span className={classes["detail"]}>{detail}</span>
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {isWrong && (
        <p id="job-search-problem" role="alert" className={classes["problem"]}>
          <IconAlertCircle size={14} aria-hidden /> {problem.message}
        </p>
      )}
    </div>
  );
}
