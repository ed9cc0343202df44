import { z } from "zod";
import type { DesktopMethod } from "./desktop-methods.ts";

/**
 * What the desktop offers its window beyond HTTP: only what a page in a browser cannot do. The window has it as
 * `window.desktop`; in a browser that is absent.
 */

const text = (max: number) => z.string().max(max);

/** A place in the console, as its router knows it: `/jobs/7?tab=events`. */
const ConsolePath = text(2000).regex(/^\/(?!\/)/, "expected a path that begins with one /");

export const DesktopInfo = z.object({
  /** The product's version. */
  version: z.string(),
  /** The first data root: where a person puts the files that are to be digested. */
  dataDir: z.string(),
  /** Electron's version. */
  electron: z.string(),
  platform: z.string(),
  /** Whether the person has chosen how to begin, on the first-run screen of this or an earlier start. */
  welcomed: z.boolean(),
});
export type DesktopInfo = z.infer<typeof DesktopInfo>;

/** A file that a person chose; its text is not yet known to be an instruction. */
export const InstructionFile = z.object({
  name: z.string(),
  path: z.string(),
  text: z.string(),
});
export type InstructionFile = z.infer<typeof InstructionFile>;

/** Input and output of each method. A method without input takes no argument. */
export const desktopContract = {
  getInfo: { input: z.undefined(), output: DesktopInfo },
  /** Lets the person choose an instruction file (JSON, at most 16 MB); null when the person cancels. */
  chooseInstruction: { input: z.undefined(), output: InstructionFile.nullable() },
  /** Lets the person choose data files or one folder; empty when the person cancels. Absolute paths. */
  choosePaths: {
    input: z.object({ kind: z.enum(["files", "folder"]), title: text(200).optional() }),
    output: z.array(z.string()),
  },
  /** Shows a folder, or a file in its folder, in the system's file manager. Refused outside the data roots. */
  openPath: { input: z.object({ path: text(4096).min(1) }), output: z.void() },
  /** Opens a https, http or mailto address in the person's browser or mail program. */
  openExternal: { input: z.object({ url: text(4096) }), output: z.void() },
  /** Shows a notification; a click on it brings the window forward and, with `path`, sends it there. */
  notify: {
    input: z.object({ title: text(200).min(1), body: text(2000), path: ConsolePath.optional() }),
    output: z.void(),
  },
  /** How many jobs run: the number on the application's icon, where the system has one; 0 takes it away. */
  setBadge: {
    input: z.object({ count: z.number().int().min(0).max(99_999) }),
    output: z.void(),
  },
  /** Keeps that the person has chosen how to begin. */
  endWelcome: { input: z.undefined(), output: z.void() },
} as const satisfies Record<DesktopMethod, { input: z.ZodType; output: z.ZodType }>;

/** What the desktop tells its window: by the menu, a notification's click, a deep link or a file opened with the app. */
export const DesktopEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("navigate"), path: ConsolePath }),
  /** An instruction file was opened: show it where it can be looked over and submitted. */
  z.object({ kind: z.literal("instruction"), file: InstructionFile }),
]);
export type DesktopEvent = z.infer<typeof DesktopEvent>;

export type DesktopInput<M extends DesktopMethod> = z.infer<(typeof desktopContract)[M]["input"]>;
export type DesktopOutput<M extends DesktopMethod> = z.infer<(typeof desktopContract)[M]["output"]>;

/** `window.desktop`. A refused or failed call rejects with an Error whose message is meant for the person. */
export type DesktopApi = {
  readonly [M in DesktopMethod]: (
    ...args: DesktopInput<M> extends undefined ? [] : [input: DesktopInput<M>]
  ) => Promise<DesktopOutput<M>>;
} & {
  /** Listens to the desktop; what came before the first listener is kept for it. Answers what ends the listening. */
  onEvent(listener: (event: DesktopEvent) => void): () => void;
};

declare global {
  interface Window {
    /** Present in the desktop's window only. */
    readonly desktop?: DesktopApi;
  }
}
