/** What the app asked of the system. */
export type Recorded = {
  opened: string[];
  shown: string[];
  questions: string[];
  errorBoxes: string[];
  notifications: { title: string; body: string }[];
  badges: number[];
  focusCalls: number;
};

/** What a spec has the stand-in do. */
export type Command =
  | { kind: "answer"; dialog: "showOpenDialog"; paths: string[] }
  | { kind: "answer"; dialog: "showMessageBox"; button: number }
  | { kind: "clickMenu"; item: string }
  | { kind: "clickNotification"; index: number }
  | { kind: "closeWindow" }
  | { kind: "quit" }
  | { kind: "recorded" };

export type Request = { id: number; command: Command };
export type Reply =
  | { id: number; value: unknown }
  | { id: number; failure: string }
  /** The port at which a second client reaches the app's Chromium. */
  | { debuggingPort: number };

export function reply(message: Reply): void {
  process.send?.(message);
}

/** Serves the spec's commands; ends the process when the spec is gone. */
export function serveCommands(run: (command: Command) => unknown): void {
  if (process.send === undefined) return;
  process.on("message", (message: Request) => {
    const { id, command } = message;
    Promise.resolve()
      .then(() => run(command))
      .then(
        (value) => reply({ id, value }),
        (thrown: unknown) => reply({ id, failure: String(thrown) }),
      );
  });
  process.on("disconnect", () => process.exit(1));
  // The channel must not keep an app alive that has ended otherwise.
  process.channel?.unref();
}
