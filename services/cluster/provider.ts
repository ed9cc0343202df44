/** What gives pilots a place to run in: a batch system, this machine. One job of it is one digester. */
export interface Provider {
  readonly name: string;
  /**
   * Asks for one pilot.
   *
   * @throws AppError `unavailable` when it cannot be asked now, `upstream_failed` when it will not have this pilot.
   * @returns what the provider calls it.
   */
  submit(id: string): Promise<string>;
  /**
   * The pilots of this cluster that there are, also those that an earlier life of the keeper has asked for; and some that have
   * ended. Throws as `submit`.
   */
  list(): Promise<ProvidedPilot[]>;
  /** Ends one: with a notice where it runs, so that it hands back what it has. One that is gone is no error. Throws as `submit`. */
  cancel(pilot: Pick<ProvidedPilot, "id" | "job">): Promise<void>;
  /** The keeper ends. */
  close(): Promise<void>;
}

export interface ProvidedPilot {
  readonly id: string;
  /** What the provider calls it. */
  readonly job: string;
  readonly state: "queued" | "running" | "ended";
  /** Why it waits, or how it ended, in words. */
  readonly reason: string | null;
  /** When its time is over, in milliseconds since 1970; null: never, or it has not begun. */
  readonly endsAt: number | null;
}
