/** Whether the build below `root` is missing, or older than something it is made from. */
export function needsBuild(root: string): boolean;
