import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import open from "open";
import { Job, isSettled } from "../contract/job.ts";
import type { Event, StreamMessage } from "../contract/event.ts";
import { createLog } from "../web/log.ts";
import { layOutSample } from "../web/samples.ts";
import { startDigester } from "../digester/start.ts";
import { startWeb, type RunningWeb, type WebOptions } from "../web/start.ts";
import { createApiClient, type ApiClient } from "./api-client.ts";
import { defaultWorkers, headlessOptions } from "./digester.ts";
import { exitCodes } from "./exit.ts";
import { createInstruction } from "./gobii-client.ts";
import { print, table } from "./output.ts";
import { productOptions, signalled } from "./web.ts";

const sampleName = "hapmap";
const key = "maize_panel_demo";

/** `demo`: the main job on the shipped sample, from the loader's request to the digest files. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("run the whole way once, on the HapMap sample that ships with the product")
    .option("--open", "leave everything running and open the console")
    .action(async (flags: { readonly open?: true }) => {
      const dataDir = await mkdtemp(join(tmpdir(), "digester-demo-"));
      // What goes wrong is told; what goes right, the demo tells itself.
      const log = createLog("warn");
      const web = await startWeb({
        ...productOptions(),
        dataDir,
        port: 0,
        log,
        crops: [demoCrop(dataDir)],
      });
      try {
        const digester = await startDigester({
          ...headlessOptions(),
          log,
          web,
          workers: defaultWorkers(),
          dataRoots: null,
          stateDir: join(dataDir, ".digester-node"),
        });
        try {
          await digester.attached;
          print(`Web service  ${web.url}\nDigester     ${digester.id} at ${digester.url}\n`);
          const job = await digestSample(web, dataDir);
          report(job);
          await showConsole(web, flags.open === true);
          if (job.status !== "completed") process.exitCode = exitCodes.failed;
        } finally {
          await digester.close();
        }
      } finally {
        await web.close();
      }
    });
}

type Crop = NonNullable<WebOptions["crops"]>[number];

function demoCrop(dataDir: string): Crop {
  return {
    name: "dev",
    contextPath: "/gobii-dev",
    dataRoots: [dataDir],
    excluded: [join(dataDir, ".digester-web"), join(dataDir, ".digester-node")],
  };
}

async function digestSample(web: RunningWeb, dataDir: string): Promise<Job> {
  const { samplesDir } = productOptions();
  const instruction = await layOutSample(samplesDir ?? "", sampleName, demoCrop(dataDir), key);
  const client = createApiClient({ url: web.url, token: web.token });
  print("The loader's conversation");
  const following = followToEnd(client, key, () =>
    createInstruction(web.gobii, key, instruction, (line) => print(`  ${line}`)),
  );
  await following;
  return client.get(`/jobs/${key}`, Job);
}

/** Prints what happens to the job, from before it is there until it has ended. */
async function followToEnd(
  client: ApiClient,
  jobKey: string,
  begin: () => Promise<void>,
): Promise<void> {
  const done = new AbortController();
  const begun: Promise<void>[] = [];
  const onMessage = (message: StreamMessage): void => {
    if (message.kind !== "event" || message.event.key !== jobKey) return;
    if (message.event.type === "submitted") print("\nCallbacks as they arrive");
    print(`  ${eventLine(message.event)}`);
    if (message.event.status !== undefined && isSettled(message.event.status)) done.abort();
  };
  const onOpen = (): void => {
    const conversation = begin();
    conversation.catch(() => done.abort());
    begun.push(conversation);
  };
  await client.follow(done.signal, onOpen, onMessage);
  await Promise.all(begun);
}

function eventLine(event: Event): string {
  const time = event.at.slice(11, 23);
  const what = event.gobiiStatus ?? event.type;
  return [time, event.type.padEnd(11), what.padEnd(15), event.message ?? ""].join("  ").trimEnd();
}

function report(job: Job): void {
  const { result } = job;
  print(
    `\nJob ${job.id} (${job.key}) is ${job.status}.${job.reason === null ? "" : ` ${job.reason}`}`,
  );
  if (result === null) return;
  const rows = result.tables.map((made) => [
    made.table,
    String(made.rows),
    String(made.columns),
    made.file,
  ]);
  print(`\n${table([["table", "rows", "columns", "file"], ...rows])}`);
  if (result.matrix === null) return;
  const { markers, samples, missing } = result.matrix;
  const share = ((100 * missing) / (markers * samples)).toFixed(1);
  print(`\n${markers} markers × ${samples} samples, ${share} % of the calls missing`);
}

async function showConsole(web: RunningWeb, stay: boolean): Promise<void> {
  const address = `${web.url}/?token=${web.token}`;
  if (!stay) {
    print(`\nConsole  ${web.url} while this ran; npm run demo -- --open leaves it running.`);
    return;
  }
  print(`\nConsole  ${address}\nIt stops with Ctrl+C.`);
  const ended = signalled();
  open(address).catch(() => print("No browser could be opened; please open the address above."));
  await ended;
}
