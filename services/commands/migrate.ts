import { access } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { AppError } from "../contract/errors.ts";
import { makeDirectory } from "../gate/make-directory.ts";
import { isDatabaseUrl } from "../web/store/database-url.ts";
import { openStore, storeFolderOf } from "../web/store/open-store.ts";
import { moveContents } from "../web/store/transfer.ts";
import { print, printJson, say } from "./output.ts";

/** `migrate FROM TO`: everything that one store holds into another one. */
export function addMigrateCommand(program: Command): void {
  program
    .command("migrate")
    .description(
      "copy the whole record of a web service into an empty store of another kind, and verify it; stop the service before",
    )
    .argument("<from>", "the data directory of a web service, or postgres://…")
    .argument("<to>", "a data directory without a store, or postgres://… of an empty database")
    .option("--json", "print counts and digest as JSON")
    .action(async (from: string, to: string, { json }: { json?: true }) => {
      if (from === to) throw new AppError("bad_request", "FROM and TO are the same store.");
      await expectRecord(from);
      const options = { onWarning: say };
      const source = await openStore(placeOf(from), options);
      try {
        if (!isDatabaseUrl(to)) await makeDirectory(placeOf(to), 0o700);
        const target = await openStore(placeOf(to), options);
        try {
          const sums = await moveContents(source, target);
          const { jobs, instructions, events, settings, sha256 } = sums;
          if (json === true) printJson(sums);
          else {
            print(
              `${jobs} jobs, ${instructions} instructions, ${events} events and ${settings} settings are there, ` +
                `read again and equal.\nsha256 ${sha256}`,
            );
          }
        } finally {
          await target.close();
        }
      } finally {
        await source.close();
      }
    });
}

/** A mistyped FROM would be a new, empty store, whose nothing moves without a fault. */
async function expectRecord(from: string): Promise<void> {
  if (isDatabaseUrl(from)) return;
  const folder = placeOf(from);
  await access(folder).catch((thrown: unknown) => {
    throw new AppError("not_found", `There is no record in ${resolve(from)}.`, {
      cause: thrown,
      hint: `FROM is the --data directory of a web service, in which it keeps ${basename(folder)}/.`,
    });
  });
}

function placeOf(place: string): string {
  return isDatabaseUrl(place) ? place : storeFolderOf(resolve(place));
}
