/** Has work wait for what of the same name came before it; that of other names goes on beside it. */
export interface Turns {
  /** Settles as the work does; however it ends, the next one begins. */
  take<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when all that was asked for until now is done. */
  idle(): Promise<void>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(name, work) {
      const before = last.get(name) ?? Promise.resolve();
      const mine = before.then(work, work);
      last.set(name, mine);
      try {
        return await mine;
      } finally {
        if (last.get(name) === mine) last.delete(name);
      }
    },
    async idle() {
      await Promise.allSettled(last.values());
    },
  };
}
