import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { BulkAnswer } from "../../../../services/contract/api.ts";
import { undoJobs } from "../../api/jobs.ts";
import { tellDone, tellError } from "../../components/tell.ts";
import { actorOf } from "../../components/your-name.ts";
import { formatPlural } from "../../format/numbers.ts";

/** Long enough to see what one has done. */
const offeredMs = 20_000;

/** Says what was done, and offers to take it back where that is possible. */
export function tellUndoable(message: string, undo: BulkAnswer["undo"], yourName: string): void {
  if (undo === undefined) return tellDone(message);
  const { token } = undo;
  notifications.show({
    id: token,
    color: "var(--accent)",
    autoClose: offeredMs,
    message: (
      <>
        {message}{" "}
        <Button variant="subtle" size="compact-xs" onClick={() => void takeBack(token, yourName)}>
          Undo
        </Button>
      </>
    ),
  });
}

async function takeBack(token: string, yourName: string): Promise<void> {
  notifications.hide(token);
  try {
    const { matched, done } = await undoJobs({ token, ...actorOf(yourName) });
    const left = matched - done;
    const others = left === 0 ? "" : ` ${formatPlural(left, "other")} had gone on meanwhile.`;
    tellDone(`Taken back for ${formatPlural(done, "job")}.${others}`);
  } catch (thrown) {
    tellError("It was not taken back", thrown);
  }
}
