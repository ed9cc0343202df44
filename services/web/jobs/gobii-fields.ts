import { payloadTypes, type PayloadType } from "../../contract/gobii-terms.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import type { GobiiFields } from "./job-record.ts";

/** What GOBii's job says of the load that its instruction describes, whichever way the instruction came in. */
export function gobiiFieldsOf(instruction: StoredInstruction): GobiiFields {
  const { payloadType, contactId, datasetId } = primaryOf(instruction);
  return {
    type: "load",
    payloadType: payloadType === null ? null : payloadTypes[payloadType],
    contactId,
    datasetIds: [payloadType === "CV_PAYLOADTYPE_MATRIX" ? datasetId : null],
  };
}

interface Primary {
  readonly payloadType: PayloadType | null;
  readonly contactId: number | null;
  readonly datasetId: number | null;
}

/** The first element of a list stands for all of it. */
function primaryOf(instruction: StoredInstruction): Primary {
  if (instruction.shape === "procedure") {
    const { jobPayloadType, contactId, dataset } = instruction.procedure.metadata;
    return { payloadType: jobPayloadType, contactId, datasetId: dataset.id };
  }
  const [first] = instruction.instructions;
  return {
    payloadType: first?.jobPayloadType ?? null,
    contactId: first?.contactId ?? null,
    datasetId: first?.dataSetId ?? null,
  };
}
