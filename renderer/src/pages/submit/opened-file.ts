import { InstructionFile } from "../../../../services/contract/desktop.ts";
import { useHistoryState } from "wouter/use-browser-location";

/** The file with which the desktop was asked to open this page. */
export function useOpenedFile(): InstructionFile | null {
  const state = useHistoryState<{ file?: unknown } | null>();
  const read = InstructionFile.safeParse(state?.file);
  return read.success ? read.data : null;
}
