import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { AppError } from "./contract/errors.ts";
import { describeFailure, exitCodeOf } from "./commands/exit.ts";
import { tooOld } from "./commands/node-version.ts";
import { endWhenOrphaned } from "./commands/orphaned.ts";
import { dropUnread, say } from "./commands/output.ts";

/** What each command needs is loaded only when it is asked for: the services' libraries take longer than many a digest. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  digest: async () => (await import("./commands/digest.ts")).addDigestCommand,
  validate: async () => (await import("./commands/validate.ts")).addValidateCommand,
  preview: async () => (await import("./commands/preview.ts")).addPreviewCommand,
  template: async () => (await import("./commands/template.ts")).addTemplateCommand,
  templates: async () => (await import("./commands/templates.ts")).addTemplatesCommand,
  demo: async () => (await import("./commands/demo.ts")).addDemoCommand,
  web: async () => (await import("./commands/web.ts")).addWebCommand,
  digester: async () => (await import("./commands/digester.ts")).addDigesterCommand,
  digesters: async () => (await import("./commands/digesters.ts")).addDigestersCommand,
  cluster: async () => (await import("./commands/cluster.ts")).addClusterCommand,
  all: async () => (await import("./commands/all.ts")).addAllCommand,
  submit: async () => (await import("./commands/submit.ts")).addSubmitCommand,
  jobs: async () => (await import("./commands/jobs.ts")).addJobsCommand,
  requeue: async () => (await import("./commands/requeue.ts")).addRequeueCommand,
  cancel: async () => (await import("./commands/cancel.ts")).addCancelCommand,
  regulator: async () => (await import("./commands/regulator.ts")).addRegulatorCommand,
  import: async () => (await import("./commands/import.ts")).addImportCommand,
  migrate: async () => (await import("./commands/migrate.ts")).addMigrateCommand,
  config: async () => (await import("./commands/config.ts")).addConfigCommand,
  users: async () => (await import("./commands/users.ts")).addUsersCommand,
};

/** The headless command: data on stdout, words on stderr; exit codes 0 done, 1 failed, 2 usage, 3 unavailable. */
const program = new Command("services")
  .description("Digests genotype files into load-ready GOBii tables, without a screen.")
  .version(packageJson.version)
  .showHelpAfterError("(--help tells what is expected)")
  .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 usage, 3 unavailable.")
  // Before the commands are added, since they take it over.
  .exitOverride();

const typedIn = process.env["INIT_CWD"];
if (process.env["npm_lifecycle_event"] === "services") {
  // npm runs a script in the package's folder; a relative path is meant from where it was typed.
  if (typedIn) process.chdir(typedIn);
  endWhenOrphaned();
  // npm did not start what is started from here, such as pilots, which outlive this process.
  delete process.env["npm_lifecycle_event"];
}

const named = Object.entries(commands).find(([name]) => name === process.argv[2]);
// Without a known name this ends in the help, or in a word on what was not known, for which all are needed.
const wanted = named === undefined ? Object.values(commands) : [named[1]];

for (const stream of [process.stdout, process.stderr]) dropUnread(stream);

const old = tooOld(process.versions.node, packageJson.engines.node);

try {
  if (old !== null) throw new AppError("unavailable", old);
  for (const load of wanted) (await load())(program);
  await program.parseAsync();
} catch (thrown) {
  const words = describeFailure(thrown);
  if (words !== null) say(words);
  process.exitCode = exitCodeOf(thrown);
}
