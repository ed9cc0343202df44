import type { ByteUnits } from "../format/numbers.ts";
import { useKept } from "./use-kept.ts";

/** Kept in this browser. */
export function useByteUnits(): [ByteUnits, (units: ByteUnits) => void] {
  return useKept("digester-byte-units", ["decimal", "binary"]);
}
