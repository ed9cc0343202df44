import { ActionIcon, Autocomplete, Button, NumberInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { facetQuery } from "../../api/jobs.ts";
import { boundsProps } from "./bounds-props.ts";
import { isRepeated, numbersOf, rowsOf, type NumberRow } from "./number-rows.ts";
import type { NumbersField } from "./options-schema.ts";
import classes from "./option-rows.module.css";

interface NumbersInputProps {
  readonly field: NumbersField;
  readonly label: string;
  readonly description: string;
  readonly said: unknown;
  readonly onChange: (value: Readonly<Record<string, number>>) => void;
}

/** A number for each of some names, in rows that are added and removed. */
export function NumbersInput({ field, label, description, said, onChange }: NumbersInputProps) {
  const [typed, setTyped] = useState(() => rowsOf(said));
  // What is half-typed stands only while the rest is what is said: "Leave it" takes it back too.
  const rows = sameNumbers(numbersOf(typed), said) ? typed : rowsOf(said);
  const known = useKnownNames(field);

  function change(next: readonly NumberRow[]): void {
    setTyped([...next]);
    onChange(numbersOf(next));
  }
  const put = (index: number, row: NumberRow): void =>
    change(rows.map((other, place) => (place === index ? row : other)));

  return (
    <fieldset className={classes["rows"]}>
      <legend>{label}</legend>
      <p>{description}</p>
      {rows.map((row, index) => (
        <div key={index} className={classes["row"]}>
          <Autocomplete
            aria-label={`${field.nameTitle} ${index + 1}`}
            placeholder={field.nameTitle}
            data={known}
            value={row.name}
            error={isRepeated(rows, index) ? "Stands above already" : null}
            onChange={(name) => put(index, { ...row, name })}
          />
          <NumberInput
            className={classes["number"] ?? ""}
            aria-label={`${field.numberTitle} ${index + 1}`}
            placeholder={field.numberTitle}
            {...boundsProps(field.bounds)}
            value={row.number}
            onChange={(next) => put(index, { ...row, number: next === "" ? "" : Number(next) })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${row.name.trim() === "" ? `row ${index + 1}` : row.name}`}
            onClick={() => change(rows.filter((_, place) => place !== index))}
          >
            <IconX size={15} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => change([...rows, { name: "", number: 1 }])}
      >
        Add a {field.nameTitle.toLowerCase()}
      </Button>
    </fieldset>
  );
}

function sameNumbers(numbers: Readonly<Record<string, number>>, said: unknown): boolean {
  return JSON.stringify(numbers) === JSON.stringify(said ?? {});
}

/** Those that jobs have; any other may be typed. */
function useKnownNames({ qualifier }: NumbersField): string[] {
  const query = facetQuery("", qualifier ?? "submitter");
  const { data } = useQuery({
    queryKey: query.queryKey,
    queryFn: qualifier === null ? skipToken : (query.queryFn ?? skipToken),
  });
  return data?.values.map(({ value }) => value) ?? [];
}
