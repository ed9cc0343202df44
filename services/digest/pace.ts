/** Called between pieces of work, often; lets others have their turn when it is time, and may throw to stop. */
export type Pace = () => void | Promise<void>;
