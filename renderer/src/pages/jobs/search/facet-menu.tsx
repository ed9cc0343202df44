import { Button, Checkbox, Popover, Skeleton, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChevronDown } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  parseSearch,
  printSearch,
  toggleValue,
  valuesOf,
  type Qualifier,
} from "../../../../../services/contract/job-search.ts";
import { coerceError } from "../../../../../services/contract/errors.ts";
import { facetQuery } from "../../../api/jobs.ts";
import { formatCount, formatPlural } from "../../../format/numbers.ts";
import { facetTitles, valueWords } from "./facet-words.ts";
import classes from "./facet-menu.module.css";

interface FacetMenuProps {
  readonly qualifier: Qualifier;
  readonly q: string;
  readonly onSearch: (q: string) => void;
}

/** The values that jobs have for one qualifier, with how many there are; a value is a filter. */
export function FacetMenu({ qualifier, q, onSearch }: FacetMenuProps) {
  const [opened, setOpened] = useState(false);
  const { terms } = parseSearch(q);
  const chosen = valuesOf(terms, qualifier);
  const title = facetTitles[qualifier];
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      shadow="md"
      trapFocus
      withinPortal
    >
      <Popover.Target>
        <Button
          variant={chosen.length > 0 ? "light" : "subtle"}
          color={chosen.length > 0 ? "moss" : "gray"}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          className={classes["button"] ?? ""}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {chosen.length === 0
            ? title
            : `${title}: ${chosen.length === 1 ? valueWords(qualifier, chosen[0] ?? "") : chosen.length}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes["menu"] ?? ""}>
        <Values
          qualifier={qualifier}
          q={q}
          chosen={chosen}
          onToggle={(value) => onSearch(printSearch(toggleValue(terms, qualifier, value)))}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

interface ValuesProps {
  readonly qualifier: Qualifier;
  readonly q: string;
  readonly chosen: readonly string[];
  readonly onToggle: (value: string) => void;
}

/** A list as short as this needs no search. */
const fewValues = 8;

function Values({ qualifier, q, chosen, onToggle }: ValuesProps) {
  const [part, setPart] = useState("");
  const [like] = useDebouncedValue(part, 150);
  const { data, error, isError } = useQuery({
    ...facetQuery(q, qualifier, like),
    placeholderData: keepPreviousData,
  });
  if (isError) return <Text size="sm">{coerceError(error).message}</Text>;
  if (data === undefined) {
    return [1, 2, 3].map((n) => <Skeleton key={n} height={14} my={8} animate={false} />);
  }
  const counted = new Set(data.values.map(({ value }) => value));
  const missing = part === "" ? chosen.filter((value) => !counted.has(value)) : [];
  const values = [...missing.map((value) => ({ value, count: 0 })), ...data.values];
  const title = facetTitles[qualifier];
  return (
    <>
      {(part !== "" || values.length > fewValues) && (
        <TextInput
          size="xs"
          mb={6}
          aria-label={`Find a ${title.toLowerCase()}`}
          placeholder="Find"
          value={part}
          onChange={(event) => setPart(event.currentTarget.value)}
          data-autofocus
        />
      )}
      <ul className={classes["values"]} aria-label={title}>
        {values.map(({ value, count }) => (
          <li key={value} className={classes["value"]}>
            <Checkbox
              size="xs"
              label={<span className={classes["word"]}>{valueWords(qualifier, value)}</span>}
              checked={chosen.includes(value)}
              onChange={() => onToggle(value)}
            />
            <span className={classes["count"]}>{formatCount(count)}</span>
          </li>
        ))}
        {values.length === 0 && <li className={classes["none"]}>No job has any.</li>}
      </ul>
      {data.more > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          {formatPlural(data.more, "more value")}: find them by typing.
        </Text>
      )}
    </>
  );
}
