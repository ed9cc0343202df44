import type { BulkAnswer } from "../../../../services/contract/api.ts";
import { undoJobs } from "../../api/jobs.ts";
import { tellUndoable } from "../../components/tell-undoable.tsx";
import { tellDone } from "../../components/tell.ts";
import { actorOf } from "../../components/your-name.ts";
import { formatPlural } from "../../format/numbers.ts";

/** Says what was done to jobs, and offers to take it back where that is possible. */
export function tellUndoableJobs(
  message: string,
  undo: BulkAnswer["undo"],
  yourName: string,
): void {
  if (undo === undefined) return tellDone(message);
  const { token } = undo;
  tellUndoable(message, async () => {
    const { matched, done } = await undoJobs({ token, ...actorOf(yourName) });
    const left = matched - done;
    const others = left === 0 ? "" : ` ${formatPlural(left, "other")} had gone on meanwhile.`;
    return `Taken back for ${formatPlural(done, "job")}.${others}`;
  });
}
