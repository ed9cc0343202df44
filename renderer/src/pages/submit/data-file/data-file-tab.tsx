import { useState } from "react";
import { useLocation } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import { ChosenFiles } from "../../../frame/upload.ts";
import type { SubmitOptions } from "../submit-body.ts";
import { FileChooser } from "./file-chooser.tsx";
import { dataSetsOf } from "./load-plan.ts";
import { MappingView } from "./mapping-view.tsx";

interface DataFileTabProps {
  /** Shows the instruction as text, to be changed by hand. */
  readonly onText: (text: string, options: SubmitOptions) => void;
}

/** From a data file to a load, without an instruction at hand. */
export function DataFileTab({ onText }: DataFileTabProps) {
  const [, navigate] = useLocation();
  // A reload finds it again, Back goes to the choice.
  const chosen = ChosenFiles.safeParse(useHistoryState<unknown>()).data;
  const [crop, setCrop] = useState(chosen?.crop ?? null);
  const [first, ...others] = dataSetsOf(chosen?.dataFiles ?? []);
  if (chosen === undefined || first === undefined) {
    return (
      <FileChooser
        crop={crop}
        onCrop={setCrop}
        onChosen={(dataFiles) => navigate("/submit?tab=data", { state: { dataFiles, crop } })}
      />
    );
  }
  return (
    <MappingView
      key={first}
      crop={chosen.crop}
      path={first}
      others={others}
      onText={onText}
      onOther={() => navigate("/submit?tab=data")}
    />
  );
}
