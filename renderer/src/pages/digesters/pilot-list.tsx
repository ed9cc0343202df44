import type { Pilot } from "../../../../services/contract/cluster.ts";
import { Ago, TimeOfDay } from "../../components/times.tsx";
import classes from "./cluster-section.module.css";

const words: Readonly<Record<Pilot["state"], string>> = {
  asked: "asked for",
  queued: "in the queue",
  running: "running",
  ended: "ended",
};

/** Those there are, and those that ended of late, with what the provider says of each. */
export function PilotList({ pilots }: { pilots: readonly Pilot[] }) {
  if (pilots.length === 0) return <p className={classes["none"]}>There is no pilot.</p>;
  return (
    <div className={classes["scroll"]}>
      <table className={classes["pilots"]}>
        <thead>
          <tr>
            <th scope="col">Pilot</th>
            <th scope="col">State</th>
            <th scope="col">Since</th>
            <th scope="col">Job</th>
            <th scope="col">Ends</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {pilots.map(({ id, state, since, job, endsAt, reason }) => (
            <tr key={id} data-state={state}>
              <td className={classes["id"]}>{id}</td>
              <td>{words[state]}</td>
              <td>
                <Ago at={since} />
              </td>
              <td className="numbers">{job}</td>
              <td>{endsAt !== null && <TimeOfDay at={endsAt} />}</td>
              <td className={classes["reason"]}>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
