import { Button } from "@mantine/core";
import { useState } from "react";
import type { AttachedDigester, DigesterStatus } from "../../../../services/contract/digester.ts";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import { SwapDialog } from "./swap-dialog.tsx";
import { WaitingList } from "./waiting-list.tsx";
import classes from "./waiting-line.module.css";

interface WaitingLineProps {
  readonly digester: AttachedDigester;
  readonly status: DigesterStatus;
}

/** The regulator in force and the line that it keeps. */
export function WaitingLine({ digester, status }: WaitingLineProps) {
  const [swaps, setSwaps] = useState(false);
  const info = digester.regulators.find((one) => one.name === status.regulator.name);
  const options = Object.entries(status.regulator.options);
  return (
    <>
      <div className={classes["head"]}>
        <h3 className={classes["heading"]}>
          {formatPlural(status.waiting.length, "job")} waiting
          <span className={classes["limit"]}> of {formatCount(status.lineLimit)} at most</span>
        </h3>
        <span>{info?.title ?? status.regulator.name}</span>
        <Button
          variant="default"
          size="compact-sm"
          disabled={!digester.reachable || digester.regulators.length === 0}
          onClick={() => setSwaps(true)}
        >
          Swap…
        </Button>
      </div>
      <p className={classes["description"]}>{info?.description}</p>
      {options.length > 0 && (
        <p className={classes["options"]}>
          {options.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(" · ")}
        </p>
      )}
      <WaitingList waiting={status.waiting} />
      {swaps && (
        <SwapDialog
          digester={digester}
          inForce={status.regulator}
          onClose={() => setSwaps(false)}
        />
      )}
    </>
  );
}
