import type { Command } from "commander";
import { addWebOptions, createApiClient, type ApiClient } from "./api-client.ts";

/** What is said of each command below one that speaks with a web service. */
export interface WebCommandFlags {
  readonly web: string;
  readonly token?: string;
  readonly json?: true;
}

/** A command below `parent` that asks a web service, and can print the answer as it is. */
export function webCommand(parent: Command, name: string, description: string): Command {
  return addWebOptions(parent.command(name))
    .description(description)
    .option("--json", "print the answer as JSON");
}

export function clientOf({ web, token }: Pick<WebCommandFlags, "web" | "token">): ApiClient {
  return createApiClient({ url: web, token });
}
