import type { Command } from "commander";
import { parseOrThrow } from "../contract/errors.ts";
import {
  SavedTemplate,
  SaveTemplateRequest,
  TemplateList,
  TemplateName,
} from "../contract/saved-template.ts";
import { addWebOptions, type ApiClient } from "./api-client.ts";
import { readJsonFile } from "./instruction-file.ts";
import { whoAmI } from "./job-actions.ts";
import { print, printJson, say, table } from "./output.ts";
import { clientOf, webCommand, type WebCommandFlags } from "./web-command.ts";

interface PutFlags extends WebCommandFlags {
  /** True: whichever version is there. */
  readonly replace?: string | true;
}

const Content = SaveTemplateRequest.pick({ mapping: true, plan: true });

/** `templates`: what people have set for kinds of files, as the console's Submit screen saves it. */
export function addTemplatesCommand(program: Command): void {
  const templates = program
    .command("templates")
    .description("list, print, save and delete the templates that a web service keeps");

  webCommand(templates, "list", "which there are, who saved them and when").action(
    async (flags: WebCommandFlags) => {
      const answer = await clientOf(flags).get("/templates", TemplateList);
      if (flags.json === true) return printJson(answer.templates);
      if (answer.templates.length === 0) return say("No template is kept.");
      const heads = ["NAME", "FORMAT", "SAVED BY", "SAVED AT"];
      print(table([heads, ...answer.templates.map(toRow)]));
    },
  );

  addWebOptions(templates.command("get"))
    .description("print one as JSON, as put takes it")
    .argument("<name>")
    .action(async (name: string, flags: WebCommandFlags) => {
      const template = await clientOf(flags).get(pathOf(name), SavedTemplate);
      print(JSON.stringify(template, null, 2));
    });

  webCommand(templates, "put", "save one from a file that get has printed")
    .argument("<name>")
    .argument("<file>")
    .option(
      "--replace [version]",
      "take the place of the one that has the name; given a version, of that one only",
    )
    .action(async (name: string, file: string, flags: PutFlags) => {
      const client = clientOf(flags);
      const path = pathOf(name);
      const { mapping, plan } = parseOrThrow(Content, readJsonFile(file), "bad_request", file);
      const version = await versionToReplace(client, name, flags);
      const body = { mapping, plan, version, by: whoAmI() };
      const saved = await client.send("PUT", path, body, SavedTemplate);
      if (flags.json === true) return printJson(saved);
      say(`“${saved.name}” is saved.`);
    });

  webCommand(templates, "delete", "delete one")
    .argument("<name>")
    .action(async (name: string, flags: WebCommandFlags) => {
      const query = new URLSearchParams({ by: whoAmI() });
      const path = `${pathOf(name)}?${query}`;
      const gone = await clientOf(flags).send("DELETE", path, undefined, SavedTemplate);
      if (flags.json === true) return printJson(gone);
      say(`“${gone.name}” is deleted.`);
    });
}

/** @throws AppError `bad_request` for what is no name. */
function pathOf(name: string): string {
  const known = parseOrThrow(TemplateName, name, "bad_request", "The name");
  return `/templates/${encodeURIComponent(known)}`;
}

/** Null: there must be none yet. */
async function versionToReplace(
  client: ApiClient,
  name: string,
  { replace }: PutFlags,
): Promise<string | null> {
  if (replace !== true) return replace ?? null;
  const { templates } = await client.get("/templates", TemplateList);
  return templates.find((one) => one.name === TemplateName.parse(name))?.version ?? null;
}

function toRow({ name, mapping, savedBy, savedAt }: SavedTemplate): string[] {
  return [name, mapping.format ?? "-", savedBy ?? "-", savedAt];
}
