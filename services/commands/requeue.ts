import type { Command } from "commander";
import { addJobAction } from "./job-actions.ts";

/** `requeue KEY…`: digest again what has ended, or place anew what waits. */
export function addRequeueCommand(program: Command): void {
  addJobAction(program, "requeue", "digest jobs again, named by key or id");
}
