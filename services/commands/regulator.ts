import { InvalidArgumentError, type Command } from "commander";
import { z } from "zod";
import { DigesterList } from "../contract/api.ts";
import type { AttachedDigester } from "../contract/digester.ts";
import { AppError } from "../contract/errors.ts";
import { RegulatorChoice, RegulatorPreview } from "../contract/regulator.ts";
import { addWebOptions, createApiClient, type ApiClient } from "./api-client.ts";
import { whoAmI } from "./job-actions.ts";
import { print, printJson, table } from "./output.ts";

interface RegulatorOptions {
  readonly web: string;
  readonly token?: string;
  readonly digester?: string;
  readonly set?: string;
  readonly options?: Record<string, unknown>;
  readonly why?: string;
  readonly preview?: true;
  readonly json?: true;
}

/** `regulator`: shows, previews or swaps the strategy of a digester. */
export function addRegulatorCommand(program: Command): void {
  addWebOptions(program.command("regulator"))
    .description("show, preview or swap the strategy by which a digester starts jobs")
    .option("--digester <id>", "which digester; the only one that is reachable unless given")
    .option("--set <name>", "the strategy to swap to, one of those that are listed without this")
    .option("--options <json>", "its options, a JSON object", jsonObject)
    .option("--why <text>", "kept with the swap")
    .option("--preview", "show what would happen now, and change nothing")
    .option("--json", "print the answer as JSON")
    .action(async (options: RegulatorOptions) => {
      const client = createApiClient({ url: options.web, token: options.token });
      const digester = await findDigester(client, options.digester);
      const path = `/digesters/${encodeURIComponent(digester.id)}/regulator`;
      const current = digester.status?.regulator ?? null;
      const name = options.set ?? current?.name;
      const isOther = options.set !== undefined && options.set !== current?.name;
      const choice = { name, options: options.options ?? (isOther ? {} : current?.options) };

      if (options.preview === true) {
        const preview = await client.send("POST", `${path}/preview`, choice, RegulatorPreview);
        return options.json === true ? printJson(preview) : print(describePreview(preview));
      }
      if (options.set !== undefined || options.options !== undefined) {
        const swap = { ...choice, by: whoAmI(), why: options.why };
        await client.send("PUT", path, swap, z.unknown());
      }
      const now = await findDigester(client, digester.id);
      const inForce =
        options.set === undefined && options.options === undefined
          ? current
          : RegulatorChoice.parse(choice);
      const answer = { digester: now.id, regulator: inForce, regulators: now.regulators };
      if (options.json === true) return printJson(answer);
      print(
        table(
          answer.regulators.map(({ name: each, title, description }) => [
            each === inForce?.name ? "*" : " ",
            each,
            title,
            description,
          ]),
        ),
      );
      if (inForce !== null) print(`${now.id}: ${inForce.name} ${JSON.stringify(inForce.options)}`);
    });
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('Expected a JSON object, e.g. {"share": 2}.');
  }
}

/** @throws AppError `not_found` when there is no such digester, or `bad_request` when it has to be named. */
async function findDigester(client: ApiClient, id: string | undefined): Promise<AttachedDigester> {
  const { digesters } = await client.get("/digesters", DigesterList);
  const reachable = digesters.filter((each) => each.reachable);
  const [only] = reachable;
  if (id === undefined && reachable.length === 1 && only !== undefined) return only;
  const known = digesters.map((each) => each.id).join(", ");
  const hint = known === "" ? "None is attached." : `Attached are: ${known}.`;
  if (id === undefined) {
    throw new AppError(
      known === "" ? "unavailable" : "bad_request",
      "Name one with --digester ID.",
      {
        hint,
      },
    );
  }
  const found = digesters.find((each) => each.id === id);
  if (found === undefined)
    throw new AppError("not_found", `No digester ${id} is attached.`, { hint });
  return found;
}

function describePreview({ regulator, start, waiting }: RegulatorPreview): string {
  const starts = start.length === 0 ? "nothing" : `jobs ${start.join(", ")}`;
  const rows = waiting.map(({ position, job, key, reason }) => [
    String(position),
    String(job),
    key,
    reason,
  ]);
  const line = rows.length === 0 ? "" : `\n${table([["PLACE", "JOB", "KEY", "REASON"], ...rows])}`;
  return `Under ${regulator.name}, ${starts} would start now.${line}`;
}
