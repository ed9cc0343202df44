import type { Command } from "commander";
import { z } from "zod";
import { DigesterList } from "../contract/api.ts";
import { AttachAnswer, AttachedDigester } from "../contract/digester.ts";
import { print, printJson, say, table } from "./output.ts";
import { clientOf, webCommand, type WebCommandFlags } from "./web-command.ts";

/** `digesters`: lists those that are attached; attaches, detaches, drains one. */
export function addDigestersCommand(program: Command): void {
  const digesters = program
    .command("digesters")
    .description("list, attach, detach and drain the digesters of a web service");

  webCommand(digesters, "list", "what is attached, and what it does").action(
    async (flags: WebCommandFlags) => {
      const answer = await clientOf(flags).get("/digesters", DigesterList);
      if (flags.json === true) return printJson(answer.digesters);
      if (answer.digesters.length === 0) return say("No digester is attached.");
      const heads = ["ID", "URL", "STATE", "RUNNING", "WAITING", "LABELS"];
      print(table([heads, ...answer.digesters.map(toRow)]));
    },
  );

  webCommand(digesters, "attach", "let a digester that listens somewhere work for the web service")
    .argument("<url>", "where the digester listens")
    .argument("[digester-token]", "what it wants to see; DIGESTER_TOKEN unless given")
    .action(async (url: string, token: string | undefined, flags: WebCommandFlags) => {
      const body = { url, token: token ?? process.env["DIGESTER_TOKEN"] };
      const answer = await clientOf(flags).send("POST", "/digesters", body, AttachAnswer);
      if (flags.json === true) return printJson({ id: answer.id });
      say(`${answer.id} at ${url} digests for ${flags.web}.`);
    });

  webCommand(digesters, "detach", "give it no more work: what waits there goes elsewhere")
    .argument("<id>")
    .action(async (id: string, flags: WebCommandFlags) => {
      await clientOf(flags).send("DELETE", pathOf(id), undefined, z.unknown());
      if (flags.json === true) return printJson({ id });
      say(`${id} is detached. What it runs may run to its end.`);
    });

  for (const [name, path, body, description, said] of [
    [
      "drain",
      "drain",
      { draining: true },
      "let it end what runs and take nothing new",
      "takes no more work",
    ],
    ["undrain", "drain", { draining: false }, "let it take work again", "takes work again"],
    [
      "pause",
      "pause",
      { paused: true },
      "let it keep its line and start nothing of it",
      "is paused",
    ],
    ["resume", "pause", { paused: false }, "let it start what waits there", "goes on"],
  ] as const) {
    webCommand(digesters, name, description)
      .argument("<id>")
      .action(async (id: string, flags: WebCommandFlags) => {
        const digester = await clientOf(flags).send(
          "POST",
          `${pathOf(id)}/${path}`,
          body,
          AttachedDigester,
        );
        if (flags.json === true) return printJson(digester);
        say(`${id} ${said}.`);
      });
  }
}

function pathOf(id: string): string {
  return `/digesters/${encodeURIComponent(id)}`;
}

function toRow({ id, url, reachable, problem, status }: AttachedDigester): string[] {
  const state =
    status?.draining === true ? "draining" : status?.paused === true ? "paused" : "takes work";
  return [
    id,
    url,
    reachable ? state : (problem ?? "not heard from yet"),
    `${status?.running.length ?? 0}/${status?.workers ?? "?"}`,
    String(status?.waiting.length ?? 0),
    status?.labels.join(" ") ?? "",
  ];
}
