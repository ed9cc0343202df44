import { z } from "zod";
import { AppError, parseOrThrow } from "../contract/errors.ts";
import type { StoredInstruction } from "../contract/instruction.ts";

/** Where GOBii's face answers and who asks. `url` is origin and context root, e.g. `http://127.0.0.1:8080/gobii-dev`. */
export interface GobiiLogin {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const Envelope = z.object({
  payload: z.object({ data: z.array(z.unknown()) }),
  header: z.object({
    status: z.object({
      succeeded: z.boolean(),
      statusMessages: z.array(z.object({ message: z.string() })),
    }),
  }),
});

/**
 * Posts an instruction the way the loader does: asks for the settings, signs in, posts to createInstruction.
 *
 * @param say is told of each request and its answer.
 * @throws AppError `upstream_failed` with the server's own message.
 */
export async function createInstruction(
  login: GobiiLogin,
  name: string,
  instruction: StoredInstruction,
  say: (line: string) => void,
): Promise<void> {
  // The double slash is what GOBii's clients send.
  const base = `${login.url.replace(/\/+$/, "")}//gobii/v1`;

  const settings = await fetch(`${base}/configsettings`, { headers: { "X-Auth-Token": "" } });
  say(`GET  configsettings        ${settings.status}`);

  const auth = await fetch(`${base}/auth`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-Username": login.user,
      "X-Password": login.password,
    },
    body: "empty",
  });
  say(`POST auth                  ${auth.status}`);
  const token = auth.headers.get("X-Auth-Token");
  if (token === null) throw new AppError("upstream_failed", "The GOBii sign-in gave no token.");

  const posted = await fetch(`${base}/instructions/loader`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-Auth-Token": token,
    },
    body: JSON.stringify(requestBody(name, instruction)),
  });
  say(`POST instructions/loader   ${posted.status}`);
  const envelope = parseOrThrow(Envelope, await posted.json(), "upstream_failed", "The answer");
  const { succeeded, statusMessages } = envelope.header.status;
  if (!succeeded) {
    const reasons = statusMessages.map((status) => status.message).join("; ");
    throw new AppError("upstream_failed", `The instruction was not accepted: ${reasons}`);
  }
}

/** The envelope of a V2 client. */
function requestBody(name: string, instruction: StoredInstruction) {
  const body =
    instruction.shape === "list"
      ? { gobiiLoaderInstructions: instruction.instructions }
      : { procedure: instruction.procedure };
  return {
    payload: {
      linkCollection: { linksPerDataItem: [], exploreLinksPerDataItem: [] },
      data: [{ allowedProcessTypes: [], ...body, instructionFileName: name, id: 1 }],
    },
    header: {
      gobiiProcessType: "CREATE",
      dtoHeaderAuth:
        instruction.shape === "list"
          ? { userName: null, password: null, token: null, gobiiCropType: null }
          : {},
      status: { succeeded: true, statusMessages: [], statusMessagesByCode: {} },
      pagination: null,
      maxGet: null,
      maxPost: null,
      maxPut: null,
      gobiiVersion: null,
      cropType: null,
    },
  };
}
