import type { Command } from "commander";
import { Option } from "commander";
import { AppError } from "../contract/errors.ts";
import { commandLog } from "./command-log.ts";
import { addWebListOptions, hereUrl } from "./api-client.ts";
import { printJson, say } from "./output.ts";
import { startPilots } from "./pilots.ts";
import { signalled } from "./web.ts";
import { readConfigFlag } from "./web-options.ts";

interface Flags {
  readonly web?: readonly string[];
  readonly token?: string;
  readonly config?: string;
  readonly json?: true;
}

/** `cluster`: keeps pilots running for a web service elsewhere, where `web` itself cannot ask the batch system for them. */
export function addClusterCommand(program: Command): void {
  addWebListOptions(program.command("cluster"))
    .description("keeps as many digesters running as the work needs, as jobs of a batch system")
    .addOption(
      new Option("--config <file>", "the configuration, with a section cluster").env(
        "DIGESTER_CONFIG",
      ),
    )
    .option("--json", "print one line of JSON once it is at work")
    .action(async ({ web = [hereUrl], token = "", config, json }: Flags) => {
      const file = await readConfigFlag({ config });
      if (file?.cluster == null) {
        throw new AppError("bad_request", "There is no section cluster.", {
          hint: "Name a configuration that has one: --config FILE",
        });
      }
      const ended = signalled();
      const log = commandLog();
      const cluster = await startPilots(file.cluster, { urls: web, publicUrls: web, token }, log);
      const { name } = file.cluster;
      if (json === true) printJson({ cluster: name });
      else say(`Keeps the pilots of ${name} for ${web.join(" or ")}.`);
      await ended;
      await cluster.close();
    });
}
