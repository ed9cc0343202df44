import { Skeleton } from "@mantine/core";
import type { Event } from "../../../../services/contract/event.ts";
import { Ago } from "../../components/times.tsx";
import classes from "./swap-history.module.css";

interface SwapHistoryProps {
  /** Oldest first. */
  readonly swaps: readonly Event[];
  readonly isLoading: boolean;
}

/** Who put which strategy in force, when and why. */
export function SwapHistory({ swaps, isLoading }: SwapHistoryProps) {
  return (
    <section aria-labelledby="swap-history">
      <h3 id="swap-history" className={classes["heading"]}>
        Swaps so far
      </h3>
      {isLoading ? (
        <Skeleton height={60} mt={8} animate={false} aria-label="Loading the swaps" />
      ) : swaps.length === 0 ? (
        <p className={classes["none"]}>
          None: the strategy is the one that the digester began with.
        </p>
      ) : (
        <table className={classes["table"]}>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What and why</th>
            </tr>
          </thead>
          <tbody>
            {swaps.toReversed().map((swap) => (
              <tr key={swap.seq}>
                <td>
                  <Ago at={swap.at} />
                </td>
                <td>{swap.by ?? "not said"}</td>
                <td>{swap.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
