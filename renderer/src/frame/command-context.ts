import { createContext, use } from "react";
import type { Command } from "./commands.ts";

/** Runs a command of the frame. */
export const CommandContext = createContext<(command: Command) => void>(() => undefined);

export function useRunCommand(): (command: Command) => void {
  return use(CommandContext);
}
