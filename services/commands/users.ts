import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { AppError } from "../contract/errors.ts";
import { hashPassword } from "../web/users.ts";
import { print, say } from "./output.ts";

/** `users hash`: what a configuration file keeps of a password. */
export function addUsersCommand(program: Command): void {
  program
    .command("users")
    .description("users of the configuration file")
    .command("hash")
    .description("read a password from stdin and print its hash, for passwordHash")
    .action(async () => {
      if (process.stdin.isTTY) say("Password, then Enter and Ctrl-D:");
      const password = (await text(process.stdin)).replace(/\r?\n$/, "");
      if (password === "") throw new AppError("bad_request", "The password is empty.");
      print(await hashPassword(password));
    });
}
