import { AppError } from "../../contract/errors.ts";
import { awsNotice } from "./aws-notice.ts";
import { commandNotice } from "./command-notice.ts";
import { fileNotice } from "./file-notice.ts";
import { gcpNotice } from "./gcp-notice.ts";
import type { NoticeSource } from "./notice.ts";

/** Every kind of source, by the word before the colon. What follows it is optional for the clouds: another address. */
const kinds: Readonly<Record<string, (rest: string | undefined) => NoticeSource>> = {
  file: (path = "") => fileNotice(path),
  command: (path = "") => commandNotice(path),
  aws: (url) => awsNotice(url),
  gcp: (url) => gcpNotice(url),
};

/** For the help of the command line. */
export const noticeForms = "file:/path, command:/path, aws or gcp";

/**
 * @param text e.g. `aws`, `gcp`, `aws:http://localhost:1338`, `file:/run/node-ends`, `command:/usr/local/bin/node-ends`.
 * @throws AppError `bad_request` for anything else.
 */
export function noticeSource(text: string): NoticeSource {
  const [, kind = "", rest] = /^([a-z]+)(?::(.*))?$/s.exec(text) ?? [];
  const make = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (make === undefined) throw new AppError("bad_request", `Expected ${noticeForms}, not ${text}`);
  return make(rest);
}
