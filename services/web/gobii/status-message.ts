/** Names of GOBii's `GobiiStatusLevel` and `GobiiValidationStatusType`, as far as this service says them. */
type StatusLevel = "ERROR" | "VALIDATION";
type ValidationType = "NONE" | "BAD_REQUEST" | "MISSING_REQUIRED_VALUE" | "ENTITY_DOES_NOT_EXIST";

/** Why a request failed, as the envelope's header tells it. */
export interface StatusMessage {
  readonly level: StatusLevel;
  readonly type: ValidationType;
  readonly text: string;
}

/** Of level ERROR, for which GOBii has no further type. */
export const failed = (text: string): StatusMessage => ({ level: "ERROR", type: "NONE", text });

/** Of level VALIDATION, with GOBii's type of what is wrong. */
export const invalid = (type: Exclude<ValidationType, "NONE">, text: string): StatusMessage => ({
  level: "VALIDATION",
  type,
  text,
});
