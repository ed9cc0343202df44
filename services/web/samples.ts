import { copyFile, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError, coerceError, parseOrThrow } from "../contract/errors.ts";
import { readInstruction, type StoredInstruction } from "../contract/instruction.ts";
import { toLoad } from "../contract/load.ts";
import { makeDirectory } from "../gate/make-directory.ts";
import { fileLocations, type Crop } from "./crop.ts";

/**
 * The samples that ship with the product: a folder each, with `sample.json` (title, description), `instruction.json` whose
 * source and destination are relative, and the data under `files/`.
 */
export interface Sample {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly tables: readonly string[];
}

const About = z.object({ title: z.string(), description: z.string() });

/** What ships, in the order of the names; none when the folder is missing. */
export async function listSamples(samplesDir: string): Promise<Sample[]> {
  const names = await namesIn(samplesDir);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const about = parseOrThrow(About, await readJson(join(samplesDir, name, "sample.json")));
      const instruction = await readSampleInstruction(samplesDir, name);
      return { name, ...about, tables: toLoad(instruction).tables.map((table) => table.table) };
    }),
  );
}

/**
 * Copies a sample's files below the crop's first data root, under the key that the load will have, and answers its
 * instruction with absolute source and destination.
 *
 * @throws AppError `not_found`.
 */
export async function layOutSample(
  samplesDir: string,
  name: string,
  crop: Crop,
  key: string,
): Promise<StoredInstruction> {
  const known = await namesIn(samplesDir);
  if (!known.includes(name)) throw new AppError("not_found", `There is no sample "${name}".`);
  const locations = fileLocations(crop);
  const source = join(locations.RAW_USER_FILES, key);
  const destination = join(locations.LOADER_INTERMEDIATE_FILES, key);
  await makeDirectory(source);
  const files = await readdir(join(samplesDir, name, "files"));
  await Promise.all(
    files.map((file) => copyFile(join(samplesDir, name, "files", file), join(source, file))),
  );
  return withPlaces(await readSampleInstruction(samplesDir, name), { source, destination }, crop);
}

function withPlaces(
  instruction: StoredInstruction,
  places: { source: string; destination: string },
  crop: Crop,
): StoredInstruction {
  switch (instruction.shape) {
    case "list":
      return {
        shape: "list",
        instructions: instruction.instructions.map((item) => ({
          ...item,
          gobiiCropType: crop.name,
          gobiiFile: { ...item.gobiiFile, ...places },
        })),
      };
    case "procedure": {
      const { metadata, instructions } = instruction.procedure;
      return {
        shape: "procedure",
        procedure: {
          metadata: {
            ...metadata,
            gobiiCropType: crop.name,
            gobiiFile: { ...metadata.gobiiFile, ...places },
          },
          instructions,
        },
      };
    }
  }
}

async function readSampleInstruction(samplesDir: string, name: string): Promise<StoredInstruction> {
  return readInstruction(await readJson(join(samplesDir, name, "instruction.json")));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (thrown) {
    throw new AppError("internal", `The sample file ${path} cannot be read.`, {
      cause: coerceError(thrown),
    });
  }
}

/** Without the folder there are no samples; that is not an error of whoever asks. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}
