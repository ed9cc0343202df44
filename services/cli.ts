import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addAllCommand } from "./commands/all.ts";
import { addCancelCommand } from "./commands/cancel.ts";
import { addConfigCommand } from "./commands/config.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDigestCommand } from "./commands/digest.ts";
import { addDigesterCommand } from "./commands/digester.ts";
import { addDigestersCommand } from "./commands/digesters.ts";
import { describeFailure, exitCodeOf } from "./commands/exit.ts";
import { addImportCommand } from "./commands/import.ts";
import { addJobsCommand } from "./commands/jobs.ts";
import { say } from "./commands/output.ts";
import { addRegulatorCommand } from "./commands/regulator.ts";
import { addRequeueCommand } from "./commands/requeue.ts";
import { addSubmitCommand } from "./commands/submit.ts";
import { addUsersCommand } from "./commands/users.ts";
import { addValidateCommand } from "./commands/validate.ts";
import { addWebCommand } from "./commands/web.ts";

/** The headless command: data on stdout, words on stderr; exit codes 0 done, 1 failed, 2 usage, 3 unavailable. */
const program = new Command("services")
  .description("Digests genotype files into load-ready GOBii tables, without a screen.")
  .version(packageJson.version)
  .showHelpAfterError("(--help tells what is expected)")
  .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 usage, 3 unavailable.")
  // Before the commands are added, since they take it over.
  .exitOverride();

for (const add of [
  addDigestCommand,
  addValidateCommand,
  addDemoCommand,
  addWebCommand,
  addDigesterCommand,
  addDigestersCommand,
  addAllCommand,
  addSubmitCommand,
  addJobsCommand,
  addRequeueCommand,
  addCancelCommand,
  addRegulatorCommand,
  addImportCommand,
  addConfigCommand,
  addUsersCommand,
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (thrown) {
  const words = describeFailure(thrown);
  if (words !== null) say(words);
  process.exitCode = exitCodeOf(thrown);
}
