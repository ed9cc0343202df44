/**
 * The instructions that load the sample files, as the loader's wizards write them: source and destination are relative to
 * the instruction's own folder and are made absolute where they are posted.
 */

interface Column {
  readonly gobiiColumnType: string;
  readonly name: string;
  readonly [key: string]: unknown;
}

interface Table {
  readonly table: string;
  readonly columns: readonly Column[];
}

const fromColumn = (name: string, row: number, column: number, more = {}): Column => ({
  gobiiColumnType: "CSV_COLUMN",
  name,
  rCoord: row,
  cCoord: column,
  ...more,
});
const fromRow = (name: string, row: number, column: number): Column => ({
  gobiiColumnType: "CSV_ROW",
  name,
  rCoord: row,
  cCoord: column,
});
const constant = (name: string, value: string, more = {}): Column => ({
  gobiiColumnType: "CONSTANT",
  name,
  constantValue: value,
  ...more,
});
const counter = (name: string): Column => ({ gobiiColumnType: "AUTOINCREMENT", name });
const matrix = (row: number, column: number): Table => ({
  table: "matrix",
  columns: [{ gobiiColumnType: "CSV_BOTH", name: "matrix", rCoord: row, cCoord: column }],
});

const ids = { platform: "1", project: "2", experiment: "3", dataset: "4", mapset: "5" } as const;

/** `row`: first marker row. The others: columns of name, alleles or ref and alts, chromosome, position. */
function markerTables(
  row: number,
  at: { name: number; chromosome: number; position: number },
  alleles: readonly Column[],
): Table[] {
  return [
    {
      table: "marker",
      columns: [
        constant("platform_id", ids.platform),
        fromColumn("name", row, at.name),
        ...alleles,
        constant("status", "57"),
      ],
    },
    {
      table: "linkage_group",
      columns: [
        constant("map_id", ids.mapset),
        fromColumn("name", row, at.chromosome),
        constant("start", "0"),
        constant("stop", "0"),
      ],
    },
    {
      table: "marker_linkage_group",
      columns: [
        constant("platform_id", ids.platform),
        constant("map_id", ids.mapset),
        fromColumn("linkage_group_name", row, at.chromosome),
        fromColumn("marker_name", row, at.name),
        fromColumn("start", row, at.position),
        fromColumn("stop", row, at.position),
      ],
    },
  ];
}

/** Samples whose names stand in a row: `row`, from `column` rightwards. */
function headerSampleTables(row: number, column: number): Table[] {
  return [
    {
      table: "germplasm",
      columns: [
        constant("status", "57"),
        fromRow("name", row, column),
        fromRow("external_code", row, column),
        constant("species_name", ""),
        constant("type_name", ""),
      ],
    },
    {
      table: "dnasample",
      columns: [
        constant("project_id", ids.project),
        fromRow("name", row, column),
        constant("num", "1"),
        fromRow("external_code", row, column),
        fromRow("uuid", row, column),
        constant("status", "57"),
      ],
    },
    {
      table: "dnarun",
      columns: [
        constant("project_id", ids.project),
        constant("experiment_id", ids.experiment),
        fromRow("dnasample_name", row, column),
        constant("num", "1"),
        fromRow("name", row, column),
      ],
    },
  ];
}

/** The data set: markers down from `row`, samples rightwards from `column`, sample names in `header`. */
function datasetTables(row: number, markerColumn: number, header: number, column: number): Table[] {
  return [
    {
      table: "dataset_marker",
      columns: [
        constant("platform_id", ids.platform),
        constant("dataset_id", ids.dataset),
        fromColumn("marker_name", row, markerColumn),
        counter("marker_idx"),
      ],
    },
    {
      table: "dataset_dnarun",
      columns: [
        constant("experiment_id", ids.experiment),
        constant("dataset_id", ids.dataset),
        fromRow("dnarun_name", header, column),
        counter("dnarun_idx"),
      ],
    },
    matrix(row, column),
  ];
}

const file = (fileType: string) => ({
  source: "files",
  destination: "digest",
  delimiter: "\\t",
  gobiiFileType: fileType,
  requireDirectoriesToExist: false,
  createSource: false,
});

const named = (id: string, name: string) => ({ id: Number(id), name });
const project = named(ids.project, "Maize panel 2026");
const platform = named(ids.platform, "GBS");
const experiment = named(ids.experiment, "Panel genotyping");
const mapset = named(ids.mapset, "AGPv5 physical");
const dataset = named(ids.dataset, "Maize panel calls");

/** The list shape of V2.1. */
function list(tables: readonly Table[], payload: string, fileType: string, dataSetType: string) {
  return tables.map(({ table, columns }, i) => ({
    gobiiFile: file(fileType),
    table,
    gobiiFileColumns: columns.map((column) => ({
      ...column,
      subcolumn: column["subcolumn"] ?? false,
      dataSetType: table === "matrix" ? dataSetType : "IUPAC",
      dataSetOrientationType: "MARKER_FAST",
    })),
    dataSetId: payload === "CV_PAYLOADTYPE_MATRIX" ? dataset.id : null,
    gobiiCropType: "dev",
    contactId: 1,
    contactEmail: "breeder@example.org",
    qcCheck: false,
    project,
    platform,
    dataSet: payload === "CV_PAYLOADTYPE_MATRIX" ? dataset : { id: null, name: null },
    datasetType: { id: null, name: dataSetType },
    mapset,
    experiment,
    jobPayloadType: i === 0 ? payload : null,
  }));
}

/** The procedure shape of V2.2. */
function procedure(tables: readonly Table[], fileType: string, dataSetType: string) {
  return {
    metadata: {
      project,
      platform,
      experiment,
      datasetOrientationType: "MARKER_FAST",
      dataset,
      datasetType: { id: null, name: dataSetType },
      mapset,
      gobiiFile: file(fileType),
      gobiiCropType: "dev",
      jobPayloadType: "CV_PAYLOADTYPE_MATRIX",
      contactId: 1,
      contactEmail: "breeder@example.org",
      qcCheck: false,
    },
    instructions: tables.map(({ table, columns }) => ({ table, gobiiFileColumns: columns })),
  };
}

export const hapmapSample = {
  about: {
    title: "HapMap",
    description:
      "96 maize lines, 300 SNPs on three chromosomes, one-letter calls. One file fills nine tables.",
  },
  instruction: list(
    [
      ...markerTables(1, { name: 0, chromosome: 2, position: 3 }, [
        fromColumn("ref", 1, 1, { filterTo: "/" }),
        fromColumn("alts", 1, 1, { filterFrom: "/" }),
      ]),
      ...headerSampleTables(0, 11),
      ...datasetTables(1, 0, 0, 11),
    ],
    "CV_PAYLOADTYPE_MATRIX",
    "HAPMAP",
    "IUPAC",
  ),
};

/** The sample VCF has eight meta lines: names stand in row 8, markers from row 9 on. */
export const vcfSample = {
  about: {
    title: "VCF",
    description: "The same panel as VCF 4.2 with genotypes and depths: markers and data set.",
  },
  instruction: procedure(
    [
      ...markerTables(9, { name: 2, chromosome: 0, position: 1 }, [
        fromColumn("ref", 9, 3),
        fromColumn("alts", 9, 4),
      ]),
      ...datasetTables(9, 2, 8, 9),
    ],
    "VCF",
    "NUCLEOTIDE_2_LETTER",
  ),
};

export const twoLetterSample = {
  about: {
    title: "Two-letter matrix",
    description: "The same panel with calls such as A/G and ?/?: markers and data set.",
  },
  instruction: list(
    [
      {
        table: "marker",
        columns: [
          constant("platform_id", ids.platform),
          fromColumn("name", 1, 0),
          fromColumn("ref", 1, 1),
          fromColumn("alts", 1, 2),
          constant("status", "57"),
        ],
      },
      ...datasetTables(1, 0, 0, 3),
    ],
    "CV_PAYLOADTYPE_MATRIX",
    "GENERIC",
    "NUCLEOTIDE_2_LETTER",
  ),
};

export const sampleListSample = {
  about: {
    title: "Sample list",
    description: "The plants of the panel: germplasm with pedigree, DNA samples with wells, runs.",
  },
  instruction: list(
    [
      {
        table: "germplasm",
        columns: [
          constant("status", "57"),
          fromColumn("name", 1, 0),
          fromColumn("external_code", 1, 1),
          constant("species_name", ""),
          constant("type_name", ""),
        ],
      },
      {
        table: "germplasm_prop",
        columns: [
          fromColumn("external_code", 1, 1),
          constant("props", "50:"),
          fromColumn("value1", 1, 2, { subcolumn: true }),
        ],
      },
      {
        table: "dnasample",
        columns: [
          constant("project_id", ids.project),
          fromColumn("name", 1, 0),
          constant("num", "1"),
          fromColumn("external_code", 1, 1),
          fromColumn("platename", 1, 3),
          fromColumn("well_row", 1, 4),
          fromColumn("well_col", 1, 5),
          fromColumn("uuid", 1, 6),
          constant("status", "57"),
        ],
      },
      {
        table: "dnarun",
        columns: [
          constant("project_id", ids.project),
          constant("experiment_id", ids.experiment),
          fromColumn("dnasample_name", 1, 0),
          constant("num", "1"),
          fromColumn("name", 1, 0),
        ],
      },
    ],
    "CV_PAYLOADTYPE_SAMPLES",
    "GENERIC",
    "NUCLEOTIDE_2_LETTER",
  ),
};
