import type { Command } from "commander";
import { addJobAction } from "./job-actions.ts";

/** `cancel KEY…`: abort what waits, stop what runs. */
export function addCancelCommand(program: Command): void {
  addJobAction(program, "cancel", "abort jobs, named by key or id");
}
