import { expect, it } from "vitest";
import { column } from "../testing/golden-case.ts";
import { makeLoad, type Tables } from "../testing/make-load.ts";
import { validateInstruction } from "./instruction-validator.ts";

const at = (name: string, cell: number) => column("CSV_COLUMN", name, 1, cell);

it.each<{ what: string; tables: Tables; samples: string | null }>([
  {
    what: "germplasm_prop",
    tables: {
      germplasm: [at("external_code", 1)],
      germplasm_prop: [at("name", 0), at("external_code", 2)],
    },
    samples: "germplasm_prop exists without germplasm",
  },
  {
    what: "dnasample_prop",
    tables: {
      germplasm_prop: [at("external_code", 1)],
      germplasm: [at("name", 0), at("external_code", 1)],
      dnasample_prop: [at("name", 0), at("dnasample_name", 2)],
    },
    samples: "dnasample_prop exists without dnasample",
  },
  {
    what: "germplasm_prop with the same name",
    tables: {
      germplasm: [at("name", 0), at("external_code", 1)],
      germplasm_prop: [at("name", 0), at("external_code", 2)],
    },
    samples: "Mismatch between germplasm_prop(external_code) and germplasm(external_code)",
  },
])("asks for the parent of $what before it compares them", ({ tables, samples }) => {
  expect(validateInstruction(makeLoad(tables)).samples?.message).toBe(samples);
});
