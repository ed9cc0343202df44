import { Button, NumberInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Cluster, ClusterLimits } from "../../../../services/contract/cluster.ts";
import { setClusterLimits } from "../../api/clusters.ts";
import { keys } from "../../api/keys.ts";
import { tellError } from "../../components/tell.ts";
import classes from "./cluster-section.module.css";

/** How many pilots there are at least and at most; and back to what is configured. */
export function ClusterLimitsForm({ cluster }: { cluster: Cluster }) {
  const { name, limits, configured } = cluster;
  const client = useQueryClient();
  const [min, setMin] = useState(limits.min);
  const [max, setMax] = useState(limits.max);
  const change = useMutation({
    mutationFn: (wanted: ClusterLimits | null) => setClusterLimits(name, wanted),
    onSettled: () => client.invalidateQueries({ queryKey: keys.clusters }),
    onError: (error) => tellError(`The limits of ${name} were not set`, error),
  });
  const isChanged = min !== limits.min || max !== limits.max;
  const isConfigured = limits.min === configured.min && limits.max === configured.max;
  return (
    <form
      className={classes["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ min, max });
      }}
    >
      <Count label="At least" value={min} onChange={setMin} />
      <Count
        label="At most"
        value={max}
        onChange={setMax}
        error={min > max ? "Less than at least" : null}
      />
      <Button
        type="submit"
        size="xs"
        variant="default"
        disabled={!isChanged || min > max}
        loading={change.isPending}
      >
        Set
      </Button>
      {!isConfigured && (
        <Button size="xs" variant="subtle" onClick={() => change.mutate(null)}>
          As configured ({configured.min} to {configured.max})
        </Button>
      )}
    </form>
  );
}

interface CountProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly error?: string | null;
}

function Count({ label, value, onChange, error = null }: CountProps) {
  return (
    <NumberInput
      size="xs"
      w={84}
      label={label}
      min={0}
      max={10_000}
      allowDecimal={false}
      allowNegative={false}
      value={value}
      error={error}
      onChange={(given) => {
        if (typeof given === "number") onChange(given);
      }}
    />
  );
}
