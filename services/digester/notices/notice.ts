/** Word that this node will soon be taken away, as clouds give for spot instances and batch systems before a job's end. */
export interface Notice {
  /** Why, in words that a person reads: "EC2 terminates this spot instance at 12:04:00Z." */
  readonly message: string;
}

/** Somewhere to ask whether the node is about to be taken away. One small file each; `index.ts` lists them. */
export interface NoticeSource {
  /** As the command line names it, e.g. `aws` or `file:/run/node-ends`. */
  readonly name: string;
  /**
   * @returns null while the node stays.
   * @throws AppError when it could not be asked, which says nothing about the node.
   */
  readonly check: (signal: AbortSignal) => Promise<Notice | null>;
}

/** The first line of what a source said, short enough to be kept with a job. */
export function firstLine(text: string): string {
  const line = text.trimStart().split(/\r?\n/, 1)[0] ?? "";
  return line.trim().slice(0, 500);
}
