import type { Command } from "commander";
import { inWords } from "../web/jobs/retention.ts";
import { readConfiguration, type WebConfiguration } from "../web/configuration.ts";
import { describeSettings } from "../contract/digest-settings.ts";
import { print, printJson, table } from "./output.ts";

/** `config check FILE`: what a configuration file says, or what is wrong with it. */
export function addConfigCommand(program: Command): void {
  program
    .command("config")
    .description("the web service's configuration file")
    .command("check")
    .description("tell what a configuration says; exit 1 when it is not valid")
    .argument("<file>", "the configuration")
    .option("--json", "print it as JSON")
    .action(async (file: string, { json }: { json?: true }) => {
      const configuration = await readConfiguration(file);
      if (json === true) printJson(summaryOf(configuration));
      else print(describe(configuration));
    });
}

function summaryOf({ crops, mail, retention, cluster }: WebConfiguration) {
  return {
    ok: true,
    crops: (crops ?? []).map(({ name, contextPath, dataRoots, upstream, digest = {} }) => ({
      name,
      contextPath,
      dataRoots,
      upstream: upstream?.url ?? null,
      digest,
    })),
    mail: mail === null ? null : { host: mail.host, port: mail.port, from: mail.from },
    retention,
    cluster,
  };
}

function describe(configuration: WebConfiguration): string {
  const { crops, mail, retention, cluster } = summaryOf(configuration);
  const rows = crops.map(({ name, contextPath, dataRoots, upstream, digest }) => [
    name,
    contextPath,
    dataRoots.join(" "),
    upstream ?? "",
    describeSettings(digest).join("; "),
  ]);
  return [
    "The configuration is valid.",
    table([["CROP", "CONTEXT PATH", "DATA ROOTS", "UPSTREAM", "DIGEST"], ...rows]),
    inWords(retention),
    mail === null ? "No mail." : `Mail through ${mail.host}:${mail.port} from ${mail.from}.`,
    cluster === null
      ? "No pilots."
      : `From ${cluster.min} to ${cluster.max} pilots of ${cluster.workers} workers, by ${cluster.provider}.`,
  ].join("\n");
}
