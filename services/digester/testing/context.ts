import { join } from "node:path";
import { openAttemptJournal } from "../attempt-journal.ts";
import type { AttemptContext } from "../attempt.ts";
import { createHttpSend } from "../../gate/http-client.ts";
import { createDeliver } from "../callback-client.ts";
import { createAskEarlierFiles } from "../earlier-loads.ts";
import { openIntake } from "../intake.ts";
import { openOutbox } from "../outbox.ts";
import { silentLog, temporaryDirectory } from "./fakes.ts";

/** All that an attempt needs, with real files and a real network, and whatever a test puts in the place of a part. */
export async function makeContext(
  given: Partial<AttemptContext> & Pick<AttemptContext, "pool" | "publisher">,
): Promise<AttemptContext & { state: string; close(): Promise<void> }> {
  const state = await temporaryDirectory();
  const deliver = createDeliver(createHttpSend(), 1000);
  const outbox = await openOutbox({
    path: join(state, "outbox.ndjson"),
    deliver,
    log: silentLog,
    pauseMs: () => 20,
  });
  const { journal } = await openAttemptJournal(join(state, "attempts.ndjson"));
  return {
    knownDatabase: () => null,
    earlierFiles: createAskEarlierFiles(),
    digester: "node-1",
    deliver,
    outbox,
    journal,
    leftovers: { add: () => undefined },
    intake: await openIntake(join(state, "intake")),
    dataRoots: () => [],
    renewMs: () => 100,
    now: Date.now,
    log: silentLog,
    onChange: () => undefined,
    ...given,
    state,
    close: async () => {
      await outbox.close();
      await journal.close();
    },
  };
}
