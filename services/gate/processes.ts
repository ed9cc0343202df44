import { readFile } from "node:fs/promises";
import { systemCode } from "../contract/errors.ts";

/*
 * Whether the process that has a lock still lives: a number alone does not tell, since it is given again, and since a process
 * that has ended keeps it until its parent has taken notice.
 */

/** Whether the process may still do something. */
export async function isAlive(pid: number): Promise<boolean> {
  return hasNumber(pid) && !(await isZombie(pid));
}

/** Clock ticks from boot to the start of the process; null where the system does not tell. */
export async function processStart(pid: number): Promise<string | null> {
  return (await statusFields(pid))?.[19] ?? null;
}

function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return systemCode(thrown) === "EPERM";
  }
}

/**
 * Whether it has ended and only its parent has not taken notice yet, as under a container's first process that never does.
 * While one of its threads is left it may still write.
 */
async function isZombie(pid: number): Promise<boolean> {
  const fields = await statusFields(pid);
  return fields?.[0] === "Z" && Number(fields[17]) <= 1;
}

/** `/proc/<pid>/stat` from its third field on: the second, a name in brackets, may hold anything. */
async function statusFields(pid: number): Promise<string[] | null> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return status === null ? null : status.slice(status.lastIndexOf(")") + 2).split(" ");
}
