import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import { digesterEventsQuery } from "../../api/digesters.ts";
import { Ago } from "../../components/times.tsx";
import { OtherStrategy } from "./other-strategy.tsx";
import { SwapHistory } from "./swap-history.tsx";
import { optionWords } from "../../format/option-words.ts";
import classes from "./regulator-page.module.css";

interface DigesterRegulatorProps {
  readonly digester: AttachedDigester;
  readonly all: readonly AttachedDigester[];
}

export function DigesterRegulator({ digester, all }: DigesterRegulatorProps) {
  const { id, status } = digester;
  const { data: events } = useQuery(digesterEventsQuery(id));
  const swaps = (events ?? []).filter(({ type }) => type === "regulator_swapped");
  const last = swaps.at(-1);
  if (status === null) {
    return (
      <Text size="sm" c="dimmed">
        {id} has not told yet which strategy it follows.
      </Text>
    );
  }
  const info = digester.regulators.find(({ name }) => name === status.regulator.name);
  const options = optionWords(status.regulator.options);
  return (
    <>
      <section aria-labelledby="in-force">
        <h2 id="in-force" className={classes["title"]}>
          {info?.title ?? status.regulator.name}
        </h2>
        <p className={classes["description"]}>{info?.description}</p>
        {options !== "" && <p className={classes["options"]}>{options}</p>}
        <p className={classes["since"]}>
          In force on {id}
          {last !== undefined && (
            <>
              {", put so "}
              <Ago at={last.at} />
              {last.by !== undefined && ` by ${last.by}`}
            </>
          )}
          .
        </p>
      </section>
      {!digester.reachable && (
        <p className={classes["problem"]} role="alert">
          {id} cannot be reached, so its line is the last known one and its strategy cannot be
          swapped. {digester.problem}
        </p>
      )}
      <OtherStrategy digester={digester} status={status} all={all} />
      <SwapHistory swaps={swaps} isLoading={events === undefined} />
    </>
  );
}
