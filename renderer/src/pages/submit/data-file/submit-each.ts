import { AppError, coerceError } from "../../../../../services/contract/errors.ts";
import { fileName } from "../../../format/paths.ts";

/**
 * Submits the loads of several files, one after the other, up to the first that is refused.
 *
 * @param made jobs by the path of their file; grows. What is in it is not submitted again, so that whoever tries again goes on
 * where it ended.
 * @param submit answers the number of the job.
 * @returns the jobs, in the order of the paths.
 * @throws AppError of the one that was refused; of several it names the file, and how many are submitted already.
 */
export async function submitEach(
  paths: readonly string[],
  made: Map<string, number>,
  submit: (path: string, index: number) => Promise<number>,
): Promise<number[]> {
  for (const [index, path] of paths.entries()) {
    if (made.has(path)) continue;
    try {
      made.set(path, await submit(path, index));
    } catch (thrown) {
      throw paths.length === 1 ? thrown : refusalOf(path, made.size, paths.length, thrown);
    }
  }
  return paths.flatMap((path) => made.get(path) ?? []);
}

function refusalOf(path: string, done: number, count: number, thrown: unknown): AppError {
  const error = coerceError(thrown);
  const known = error instanceof AppError ? error : null;
  const hints = [
    ...(known?.hint === undefined ? [] : [known.hint]),
    ...(done === 0 ? [] : [`${done} of ${count} are submitted, and will not be again.`]),
  ];
  return new AppError(known?.code ?? "internal", `${fileName(path)}: ${error.message}`, {
    cause: thrown,
    ...(known === null ? {} : { details: known.details }),
    ...(hints.length === 0 ? {} : { hint: hints.join(" ") }),
  });
}
