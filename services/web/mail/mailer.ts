import { createTransport } from "nodemailer";
import type { MailConfiguration } from "../configuration-file.ts";
import type { MailMessage } from "./mail-message.ts";

export interface Mailer {
  /** @throws Error when the server does not take the message. */
  send(to: readonly string[], message: MailMessage): Promise<void>;
  close(): void;
}

const timeoutMs = 20_000;

/** Sends through an SMTP server. */
export function smtpMailer({
  host,
  port,
  secure,
  user,
  password,
  from,
}: MailConfiguration): Mailer {
  const transport = createTransport({
    host,
    port,
    secure,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // What a mail says comes from users: it must not make us read files or fetch pages.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(to, { subject, html, text }) {
      await transport.sendMail({ from, to: [...to], html, text, ...subjectHeader(subject) });
    },
    close: () => transport.close(),
  };
}

/** As it is where that is possible, since people's mail filters look for it; the library would encode its quotes. */
function subjectHeader(subject: string) {
  const isPlain = /^[\x20-\x7e]{1,900}$/.test(subject);
  return isPlain ? { headers: { Subject: { prepared: true, value: subject } } } : { subject };
}
