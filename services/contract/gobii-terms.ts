import { z } from "zod";

/** Names that GOBii's clients and instructions use. Source: gobii-model enums of GDM 1.1 to 2.2.3. */

export const columnTypes = [
  "CSV_COLUMN",
  "CSV_ROW",
  "CSV_BOTH",
  "VCF_SAMPLE",
  "VCF_MARKER",
  "VCF_VARIANT",
  "VCF_METADATA",
  "VCF_INFO",
  "CONSTANT",
  "AUTOINCREMENT",
  "VCF_MARKER_POS",
] as const;
export type ColumnType = (typeof columnTypes)[number];

export const fileTypes = ["HAPMAP", "FLAPJACK", "GENERIC", "VCF", "META_DATA"] as const;
export type FileType = (typeof fileTypes)[number];

export const dataSetTypes = [
  "NUCLEOTIDE_2_LETTER",
  "IUPAC",
  "SSR_ALLELE_SIZE",
  "DOMINANT_NON_NUCLEOTIDE",
  "CO_DOMINANT_NON_NUCLEOTIDE",
  "VCF",
  "NUCLEOTIDE_4_LETTER",
] as const;
export type DataSetType = (typeof dataSetTypes)[number];

export const orientations = ["SAMPLE_FAST", "MARKER_FAST"] as const;
export type Orientation = (typeof orientations)[number];

/** Enum name of a payload type to its term in the cv table (`payload_type`). */
export const payloadTypes = {
  CV_PAYLOADTYPE_SAMPLES: "samples",
  CV_PAYLOADTYPE_MARKERS: "markers",
  CV_PAYLOADTYPE_MATRIX: "matrix",
  CV_PAYLOADTYPE_MARKERSAMPLES: "marker_samples",
  CV_PAYLOADTYPE_ALLMETA: "all_meta",
} as const;
export type PayloadType = keyof typeof payloadTypes;
export const payloadTypeNames = Object.keys(payloadTypes) as [PayloadType, ...PayloadType[]];

/** Enum name of a job status to its term in the cv table (`job_status`). */
const progressStatuses = {
  CV_PROGRESSSTATUS_PENDING: "pending",
  CV_PROGRESSSTATUS_INPROGRESS: "in_progress",
  CV_PROGRESSSTATUS_COMPLETED: "completed",
  CV_PROGRESSSTATUS_FAILED: "failed",
  CV_PROGRESSSTATUS_VALIDATION: "validation",
  CV_PROGRESSSTATUS_DIGEST: "digest",
  CV_PROGRESSSTATUS_TRANSFORMATION: "transformation",
  CV_PROGRESSSTATUS_METADATALOAD: "metadata_load",
  CV_PROGRESSSTATUS_MATRIXLOAD: "matrix_load",
  CV_PROGRESSSTATUS_ABORTED: "aborted",
  CV_PROGRESSSTATUS_METADATAEXTRACT: "metadata_extract",
  CV_PROGRESSSTATUS_FINALASSEMBLY: "final_assembly",
  CV_PROGRESSSTATUS_QCPROCESSING: "qc_processing",
  CV_PROGRESSSTATUS_NOSTATUS: "no_status",
} as const;
export type ProgressStatusName = keyof typeof progressStatuses;
export type GobiiStatus = (typeof progressStatuses)[ProgressStatusName];
export const progressStatusNames = Object.keys(progressStatuses) as [
  ProgressStatusName,
  ...ProgressStatusName[],
];
export const gobiiStatuses = Object.values(progressStatuses) as [GobiiStatus, ...GobiiStatus[]];
export const GobiiStatusTerm = z.enum(gobiiStatuses);

/** `validation` → `CV_PROGRESSSTATUS_VALIDATION`. */
export function progressStatusName(term: GobiiStatus): ProgressStatusName {
  const found = progressStatusNames.find((name) => progressStatuses[name] === term);
  return found ?? "CV_PROGRESSSTATUS_NOSTATUS";
}
