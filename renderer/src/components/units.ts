import { useLocalStorage } from "@mantine/hooks";
import type { ByteUnits } from "../format/numbers.ts";

/** Kept in this browser. */
export function useByteUnits(): [ByteUnits, (units: ByteUnits) => void] {
  const [units, setUnits] = useLocalStorage<ByteUnits>({
    key: "digester-byte-units",
    defaultValue: "decimal",
    getInitialValueInEffect: false,
    deserialize: (value) => (value === "binary" ? "binary" : "decimal"),
    serialize: (value) => value,
  });
  return [units, setUnits];
}
