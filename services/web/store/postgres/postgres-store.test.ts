import { afterAll, beforeAll, describe } from "vitest";
import {
  missingForPostgres,
  skipNote,
  startPrivatePostgres,
  type PrivatePostgres,
} from "../../testing/private-postgres.ts";
import { describeStore } from "../store-conformance.ts";
import { openPostgresStore } from "./postgres-store.ts";

const missing = missingForPostgres();

describe.skipIf(missing !== null)(`with PostgreSQL ${skipNote(missing)}`, () => {
  let server: PrivatePostgres;
  beforeAll(async () => {
    server = await startPrivatePostgres();
  }, 60_000);
  afterAll(() => server.dispose());

  describeStore("PostgreSQL", async () => {
    const store = await openPostgresStore(server.freshUrl(), { onWarning: () => {} });
    return { store, dispose: () => store.close() };
  });
});
