import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLowdbStore, openStoreOn } from "./lowdb-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createSimulatedDisk } from "./simulated-disk.ts";
import { describeStore } from "./store-conformance.ts";

const ignore = (): void => {};

describeStore("memory", async () => {
  const store = createMemoryStore();
  return { store, dispose: () => store.close() };
});

describeStore("lowdb on a simulated disk", async () => {
  const store = await openStoreOn(createSimulatedDisk(), { onWarning: ignore });
  return { store, compact: () => store.compact(), dispose: () => store.close() };
});

describeStore("lowdb on this machine's disk", async () => {
  const directory = await mkdtemp(join(tmpdir(), "store-"));
  const store = await openLowdbStore(directory, { onWarning: ignore, compactAtBytes: 4096 });
  return {
    store,
    async dispose() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
