import { useState } from "react";
import { FileChooser } from "./file-chooser.tsx";
import { dataSetsOf } from "./load-plan.ts";
import { MappingView } from "./mapping-view.tsx";

interface DataFileTabProps {
  /** Shows the instruction as text, to be changed by hand. */
  readonly onText: (text: string, name: string) => void;
}

/** From a data file to a load, without an instruction at hand. */
export function DataFileTab({ onText }: DataFileTabProps) {
  const [crop, setCrop] = useState<string | null>(null);
  const [paths, setPaths] = useState<readonly string[]>([]);
  const [first, ...others] = dataSetsOf(paths);
  if (first === undefined) {
    return <FileChooser crop={crop} onCrop={setCrop} onChosen={setPaths} />;
  }
  return (
    <MappingView
      key={first}
      crop={crop}
      path={first}
      others={others}
      onText={onText}
      onOther={() => setPaths([])}
    />
  );
}
