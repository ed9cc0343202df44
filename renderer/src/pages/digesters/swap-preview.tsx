import { Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { coerceError } from "../../../../services/contract/errors.ts";
import type { RegulatorChoice } from "../../../../services/contract/regulator.ts";
import { previewRegulator } from "../../api/digesters.ts";
import { keys } from "../../api/keys.ts";
import { formatPlural } from "../../format/numbers.ts";
import { WaitingList } from "./waiting-list.tsx";
import classes from "./swap-preview.module.css";

interface SwapPreviewProps {
  readonly digester: string;
  /** Names of the jobs in the line. */
  readonly names: ReadonlyMap<number, string>;
  readonly choice: RegulatorChoice;
}

/** What the digester says would happen now under this choice. */
export function SwapPreview({ digester, names, choice }: SwapPreviewProps) {
  const [settled] = useDebouncedValue(choice, 250);
  const { data, error, isError } = useQuery({
    queryKey: [...keys.digesters, digester, "preview", settled],
    queryFn: () => previewRegulator(digester, settled),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  return (
    <section aria-label="What would happen now" className={classes["preview"]}>
      <h3 className={classes["heading"]}>What would happen now</h3>
      {isError ? (
        <Text size="sm" role="alert" c="var(--status-failed)">
          {coerceError(error).message}
        </Text>
      ) : (
        data !== undefined && (
          <>
            <Text size="sm">
              {data.start.length === 0
                ? "No job would start at once."
                : `${formatPlural(data.start.length, "job")} would start at once: `}
              <span className={classes["names"]}>
                {data.start.map((job) => names.get(job) ?? `job ${job}`).join(", ")}
              </span>
            </Text>
            <WaitingList waiting={data.waiting} />
          </>
        )
      )}
    </section>
  );
}
