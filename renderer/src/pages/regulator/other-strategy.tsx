import { Button, Checkbox, Select, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AttachedDigester, DigesterStatus } from "../../../../services/contract/digester.ts";
import type { RegulatorChoice } from "../../../../services/contract/regulator.ts";
import { swapRegulator } from "../../api/digesters.ts";
import { keys } from "../../api/keys.ts";
import { ReasonedButton } from "../../components/reasoned-button.tsx";
import { tellDone, tellError } from "../../components/tell.ts";
import { actorOf, useYourName } from "../../components/your-name.ts";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import { WaitingList } from "../digesters/waiting-list.tsx";
import { OptionInput } from "./option-input.tsx";
import { fieldsOf } from "./options-schema.ts";
import { PreviewedLine } from "./previewed-line.tsx";
import { sameChoice, withOption } from "./choice.ts";
import classes from "./other-strategy.module.css";

interface OtherStrategyProps {
  readonly digester: AttachedDigester;
  readonly status: DigesterStatus;
  readonly all: readonly AttachedDigester[];
}

/** The line as it is, beside the line under the strategy that is being considered. Running jobs go on whatever it is. */
export function OtherStrategy({ digester, status, all }: OtherStrategyProps) {
  const client = useQueryClient();
  const inForce = status.regulator;
  /** Null: none but the one in force. */
  const [considered, setConsidered] = useState<RegulatorChoice | null>(null);
  const [yourName] = useYourName();
  const [why, setWhy] = useState("");
  const [everywhere, setEverywhere] = useState(false);
  const choice = considered ?? inForce;
  const info = digester.regulators.find(({ name }) => name === choice.name);
  const others = all.filter(
    ({ id, reachable, regulators }) =>
      id !== digester.id && reachable && regulators.some(({ name }) => name === choice.name),
  );
  const swap = useMutation({
    mutationFn: async () => {
      const body = {
        ...choice,
        ...actorOf(yourName),
        ...(why.trim() === "" ? {} : { why: why.trim() }),
      };
      const ids = [digester.id, ...(everywhere ? others.map(({ id }) => id) : [])];
      for (const id of ids) await swapRegulator(id, body);
      return ids;
    },
    onSuccess: (ids) => {
      setConsidered(null);
      setWhy("");
      tellDone(`${info?.title ?? choice.name} is in force on ${ids.join(", ")}.`);
    },
    onError: (error) => tellError("The strategy was not swapped", error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.digesters }),
  });
  const isSame = sameChoice(choice, inForce);
  return (
    <div className={classes["columns"]}>
      <section aria-labelledby="line-now">
        <h3 id="line-now" className={classes["heading"]}>
          The line now
          <span className={classes["more"]}>
            {formatPlural(status.waiting.length, "job")} of {formatCount(status.lineLimit)} at most
          </span>
        </h3>
        <WaitingList waiting={status.waiting} />
      </section>
      <section aria-labelledby="line-under">
        <h3 id="line-under" className={classes["heading"]}>
          Under another strategy
        </h3>
        <div className={classes["form"]}>
          <Select
            label="Strategy"
            allowDeselect={false}
            data={digester.regulators.map((one) => ({ value: one.name, label: one.title }))}
            value={choice.name}
            onChange={(name) => {
              if (name === null) return;
              setConsidered(name === inForce.name ? null : { name, options: {} });
            }}
          />
          {considered !== null && (
            <Text size="sm" c="dimmed">
              {info?.description}
            </Text>
          )}
          {fieldsOf(info?.optionsSchema ?? {}).map((field) => (
            <OptionInput
              key={`${choice.name} ${field.name}`}
              field={field}
              value={choice.options[field.name]}
              onChange={(value) =>
                setConsidered({
                  name: choice.name,
                  options: withOption(choice.options, field.name, value),
                })
              }
            />
          ))}
        </div>
        {isSame ? (
          <p className={classes["hint"]}>
            Choose another strategy or change an option: the line that it would make stands here
            before anything is swapped.
          </p>
        ) : (
          <>
            <PreviewedLine digester={digester.id} now={status.waiting} choice={choice} />
            <div className={classes["form"]}>
              <TextInput
                label="Why"
                description="Kept with the swap, for whoever wonders later."
                value={why}
                maxLength={2000}
                onChange={(event) => setWhy(event.currentTarget.value)}
              />
              {others.length > 0 && (
                <Checkbox
                  size="sm"
                  label={`Also on ${others.map(({ id }) => id).join(", ")}`}
                  checked={everywhere}
                  onChange={(event) => setEverywhere(event.currentTarget.checked)}
                />
              )}
            </div>
            <div className={classes["buttons"]}>
              <Button variant="default" onClick={() => setConsidered(null)}>
                Leave it
              </Button>
              <ReasonedButton
                variant="filled"
                whyNot={digester.reachable ? null : "The digester cannot be reached."}
                loading={swap.isPending}
                onClick={() => swap.mutate()}
              >
                Put in force
              </ReasonedButton>
            </div>
          </>
        )}
      </section>
    </div>
  );
}
