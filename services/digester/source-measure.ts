import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { StoredInstruction } from "../contract/instruction.ts";
import { toLoad } from "../contract/load.ts";

/** What a regulator has to know of the sources of a job. */
export interface SourceMeasure {
  /** Bytes on disk, each source counted once; null when they could not be looked at. */
  readonly sourceBytes: number | null;
  /** Bytes of memory that its worker will need, roughly. */
  readonly memoryBytes: number;
  /** Where the file systems are mounted that the sources lie on. */
  readonly fileSystems: readonly string[];
}

export type MeasureSource = (instruction: StoredInstruction) => Promise<SourceMeasure>;

/** A file server that hangs must not keep the job from failing with its own words. */
const PATIENCE_MS = 2000;
/** What a worker takes whatever it reads. */
const BASE_MEMORY = 200e6;
/** The engine reads in blocks, so only what it keeps of the metadata tables grows with the source. */
const MEMORY_PER_BYTE = 0.02;
const MOST_MEMORY = 2e9;

export const unknownMeasure: SourceMeasure = measureOf(null, []);

/** Looks at sources, and remembers where file systems are mounted. Never rejects. */
export function createSourceMeasure(patienceMs = PATIENCE_MS): MeasureSource {
  const mounts = new Map<number, string>();

  const look = async (instruction: StoredInstruction): Promise<SourceMeasure> => {
    const sources = new Set(toLoad(instruction).tables.map(({ source }) => source));
    let bytes = 0;
    const places = new Set<string>();
    for (const source of sources) {
      if (!isAbsolute(source)) continue;
      const entry = await stat(source);
      const { dev } = entry;
      bytes += entry.isDirectory() ? await bytesOfFiles(source) : entry.size;
      const mount = mounts.get(dev) ?? (await mountPoint(await realpath(source), dev));
      mounts.set(dev, mount);
      places.add(mount);
    }
    return measureOf(bytes, [...places].toSorted());
  };

  return async (instruction) => {
    let late: NodeJS.Timeout | undefined;
    const givenUp = new Promise<SourceMeasure>((resolve) => {
      late = setTimeout(resolve, patienceMs, unknownMeasure);
      late.unref();
    });
    try {
      return await Promise.race([look(instruction).catch(() => unknownMeasure), givenUp]);
    } finally {
      clearTimeout(late);
    }
  };
}

function measureOf(sourceBytes: number | null, fileSystems: readonly string[]): SourceMeasure {
  const memoryBytes = Math.min(MOST_MEMORY, BASE_MEMORY + MEMORY_PER_BYTE * (sourceBytes ?? 0));
  return { sourceBytes, memoryBytes, fileSystems };
}

/** Of the files of a directory that the engine reads. */
async function bytesOfFiles(path: string): Promise<number> {
  const names = (await readdir(path)).filter((name) => !name.includes("digest"));
  const sizes = await Promise.all(
    names.map(async (name) => {
      const file = await stat(join(path, name)).catch(() => null);
      return file?.isFile() === true ? file.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The topmost directory above `path` that lies on the same device. */
async function mountPoint(path: string, dev: number): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  const above = await stat(parent);
  return above.dev === dev ? mountPoint(parent, dev) : path;
}
