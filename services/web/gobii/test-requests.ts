import type { GobiiGeneration } from "../gobii-sessions.ts";

/* Bodies of `POST instructions/loader` as the Java clients put them on the wire, captured; `\t` is their TAB. */

const capturedV11 = String.raw`{"payload":{"linkCollection":{"linksPerDataItem":[],"exploreLinksPerDataItem":[]},"data":[{"allowedProcessTypes":[],"gobiiLoaderInstructions":[{"gobiiFile":{"source":"/data/gobii_bundle/crops/dev/files/run1","destination":"/data/gobii_bundle/crops/dev/loader/digest/run1","delimiter":"\t","gobiiFileType":"GENERIC","requireDirectoriesToExist":false,"createSource":true},"table":"marker","gobiiFileColumns":[{"gobiiColumnType":"CSV_COLUMN","rCoord":1,"cCoord":0,"name":"name","filterFrom":null,"filterTo":null,"findText":null,"replaceText":null,"constantValue":null,"index":null,"subcolumn":false,"subcolumnDelimiter":null,"dataSetType":"IUPAC","dataSetOrientationType":"MARKER_FAST","metaDataId":null},{"gobiiColumnType":"CONSTANT","rCoord":null,"cCoord":null,"name":"platform_id","filterFrom":null,"filterTo":null,"findText":null,"replaceText":null,"constantValue":"7","index":null,"subcolumn":false,"subcolumnDelimiter":null,"dataSetType":"IUPAC","dataSetOrientationType":"MARKER_FAST","metaDataId":null}],"vcfParameters":{"maf":null,"minQ":null,"minDp":null,"removeIndels":false,"toIupac":false},"dataSetId":5,"gobiiCropType":"dev","contactId":3,"contactEmail":"user@example.org","qcCheck":false,"project":{"id":null,"name":null},"platform":{"id":null,"name":null},"dataSet":{"id":null,"name":null},"datasetType":{"id":null,"name":null},"mapset":{"id":null,"name":null},"experiment":{"id":null,"name":null}}],"instructionFileName":"run1","id":1}]},"header":{"gobiiProcessType":"CREATE","dtoHeaderAuth":{"userName":null,"password":null,"token":null,"gobiiCropType":null},"status":{"succeeded":true,"statusMessages":[],"statusMessagesByCode":{}},"gobiiVersion":null,"cropType":null}}`;

const capturedV22 = String.raw`{"payload":{"linkCollection":{"linksPerDataItem":[],"exploreLinksPerDataItem":[]},"data":[{"allowedProcessTypes":[],"procedure":{"metadata":{"project":{"id":null,"name":null},"platform":{"id":null,"name":null},"experiment":{"id":null,"name":null},"datasetOrientationType":"MARKER_FAST","dataset":{"id":5,"name":null},"datasetType":{"id":null,"name":"nucleotide_2_letter"},"mapset":{"id":null,"name":null},"gobiiFile":{"source":"/data/gobii_bundle/crops/dev/files/run1","destination":"/data/gobii_bundle/crops/dev/loader/digest/run1","delimiter":"\t","gobiiFileType":"GENERIC","requireDirectoriesToExist":false,"createSource":true},"gobiiCropType":"dev","jobPayloadType":"CV_PAYLOADTYPE_MATRIX","gobiiJobStatus":"CV_PROGRESSSTATUS_NOSTATUS","contactId":3,"contactEmail":"user@example.org","qcCheck":false},"instructions":[{"table":"marker","gobiiFileColumns":[{"gobiiColumnType":"CSV_COLUMN","rCoord":1,"cCoord":0,"name":"name","filterFrom":null,"filterTo":null,"findText":null,"replaceText":null,"constantValue":null,"index":null,"subcolumn":false,"subcolumnDelimiter":null,"metaDataId":null}]},{"table":"matrix","gobiiFileColumns":[{"gobiiColumnType":"CSV_BOTH","rCoord":1,"cCoord":11,"name":"matrix","filterFrom":null,"filterTo":null,"findText":null,"replaceText":null,"constantValue":null,"index":null,"subcolumn":false,"subcolumnDelimiter":null,"metaDataId":null}]}]},"instructionFileName":"run1","id":1}]},"header":{"gobiiProcessType":"CREATE","dtoHeaderAuth":{},"status":{"succeeded":true,"statusMessages":[],"statusMessagesByCode":{}},"pagination":null,"maxGet":null,"maxPost":null,"maxPut":null,"gobiiVersion":null,"cropType":null}}`;

type Json = Record<string, unknown>;

/** A posted instruction, in parts that a test may change before it sends the whole. */
export interface PostedInstruction {
  readonly body: { payload: { data: unknown[] }; header: unknown };
  readonly item: Json;
  /** The elements of the list, or the procedure's metadata alone. */
  readonly parts: Json[];
  /** `gobiiFile` of each part. */
  readonly files: Json[];
}

/** The captured request of a generation, with its paths put below `root`. The source is one to be created. */
export function posted(generation: GobiiGeneration, root: string, name: string): PostedInstruction {
  const captured = generation === "v2.2" ? capturedV22 : capturedV11;
  const text = captured.replaceAll("/data/gobii_bundle/crops/dev", root).replaceAll("run1", name);
  const body = JSON.parse(text) as PostedInstruction["body"];
  const item = body.payload.data[0] as Json;
  if (generation === "v2.1") toV21(body, item);
  const parts =
    generation === "v2.2"
      ? [(item["procedure"] as { metadata: Json }).metadata]
      : (item["gobiiLoaderInstructions"] as Json[]);
  return { body, item, parts, files: parts.map((part) => part["gobiiFile"] as Json) };
}

/** V2.1 is V1.1 with four more keys in each element and four more in the header. */
function toV21(body: PostedInstruction["body"], item: Json): void {
  item["gobiiLoaderInstructions"] = (item["gobiiLoaderInstructions"] as Json[]).map((element) => ({
    columnsByTableName: {},
    jobPayloadType: "CV_PAYLOADTYPE_MATRIX",
    ...element,
    gobiiJobStatus: "CV_PROGRESSSTATUS_NOSTATUS",
    logMessage: null,
  }));
  body.header = {
    ...(body.header as Json),
    pagination: null,
    maxGet: null,
    maxPost: null,
    maxPut: null,
  };
}

export const allGenerations = ["v1.1", "v2.1", "v2.2"] as const;
