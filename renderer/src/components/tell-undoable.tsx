import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { tellDone, tellError } from "./tell.ts";

/** Long enough to see what one has done. */
const offeredMs = 20_000;

/**
 * Says what was done, and offers to take it back.
 *
 * @param takeBack resolves with what to say then.
 */
export function tellUndoable(message: string, takeBack: () => Promise<string>): void {
  const undo = async (): Promise<void> => {
    notifications.hide(id);
    try {
      tellDone(await takeBack());
    } catch (thrown) {
      tellError("It was not taken back", thrown);
    }
  };
  const id = notifications.show({
    color: "var(--accent)",
    autoClose: offeredMs,
    message: (
      <>
        {message}{" "}
        <Button variant="subtle" size="compact-xs" onClick={() => void undo()}>
          Undo
        </Button>
      </>
    ),
  });
}
