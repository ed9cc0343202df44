import { EarlierLoads } from "../contract/callback.ts";
import type { CallbackTarget } from "../contract/digester.ts";
import { AppError, parseOrThrow } from "../contract/errors.ts";
import { namingFilesIn, type EarlierFile } from "../digest/validation/known-digests.ts";
import { createHttpSend, type HttpSend } from "../gate/http-client.ts";
import { liesInside } from "../gate/paths.ts";
import { parseJson } from "../gate/parse-json.ts";
import { messageOf, reasonOf } from "./delivery.ts";
import { askDirectly, type AskTarget } from "./web-addresses.ts";

/** The digest files of earlier loads of a crop, as far as this node sees them. */
interface EarlierFiles {
  /** The newest first. */
  readonly files: readonly EarlierFile[];
  /** What the result has to say of them. */
  readonly warnings: readonly string[];
}

export type AskEarlierFiles = (
  target: CallbackTarget,
  job: number,
  roots: readonly string[],
) => Promise<EarlierFiles>;

const TIMEOUT_MS = 30_000;

/**
 * `GET {target}/job/{job}/earlier`: what the web service has on record of the crop.
 *
 * @returns a function that throws AppError `unavailable`, which may pass, where there is no answer.
 */
export function createAskEarlierFiles(
  send: HttpSend = createHttpSend(),
  ask: AskTarget = askDirectly,
): AskEarlierFiles {
  return async (target, job, roots) => {
    const { status, text } = await ask(target, (base) =>
      send({
        method: "GET",
        url: `${base}/job/${job}/earlier`,
        headers: { authorization: `Bearer ${target.token}` },
        timeoutMs: TIMEOUT_MS,
      }),
    ).catch((thrown: unknown) => {
      throw unanswered(reasonOf(thrown));
    });
    if (status !== 200) throw unanswered(`status ${status}${messageOf(text)}`);
    const what = "The list of earlier loads";
    const earlier = parseOrThrow(EarlierLoads, parseJson(text), "upstream_failed", what);
    return findEarlierFiles(earlier, roots);
  };
}

/** The files of these loads that this node sees below its data roots; none: it may read everything. */
export async function findEarlierFiles(
  { loads, more }: EarlierLoads,
  roots: readonly string[],
): Promise<EarlierFiles> {
  const files: EarlierFile[] = [];
  let unseen = 0;
  for (const { destination, tables } of loads) {
    const isOurs = await liesInside(destination, roots);
    const found = isOurs ? namingFilesIn(destination, tables) : [];
    if (found.length === 0) unseen++;
    files.push(...found);
  }
  const warnings = [
    ...(unseen === 0
      ? []
      : [
          `The files of ${unseen} of ${loads.length} earlier loads are not to be seen from this node; names that only they brought count as unknown`,
        ]),
    ...(more
      ? [`Of the earlier loads, only the last ${loads.length} were looked through for names`]
      : []),
  ];
  return { files, warnings };
}

function unanswered(why: string): AppError {
  const message = `The web service did not say what earlier loads brought: ${why}`;
  // Its absence may pass, as that of a database does.
  const cause = Object.assign(new Error(why), { code: "ETIMEDOUT" });
  return new AppError("unavailable", message, { cause });
}
