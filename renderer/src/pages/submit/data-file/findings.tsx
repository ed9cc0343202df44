import { Select } from "@mantine/core";
import type { Detection } from "../../../../../services/contract/preview.ts";
import type { Mapping } from "../../../../../services/contract/saved-template.ts";
import { choicesOf, dataSetTypeNames, keyOf, orientationNames } from "./names.ts";
import classes from "./findings.module.css";

interface FindingsProps {
  readonly detection: Detection;
  readonly mapping: Mapping;
  readonly onMapping: (mapping: Mapping) => void;
}

/** What else was found out, with the evidence; two of it can be changed. */
export function Findings({ detection, mapping, onMapping }: FindingsProps) {
  const { orientation, dataSetType, delimiter, encoding, compression, lineEnds } = detection;
  const facts = [
    { word: "Delimiter", ...delimiter },
    { word: "Encoding", ...encoding },
    { word: "Line ends", ...lineEnds },
    { word: "Compression", ...compression },
  ].filter(({ value }) => value !== null);
  const hasCalls = detection.layout.firstColumn !== null;
  return (
    <section aria-label="What was found out" className={classes["findings"]}>
      {hasCalls && (
        <>
          <Select
            label="Orientation"
            description={orientation.evidence}
            data={choicesOf(orientationNames)}
            value={orientation.value}
            onChange={(value) =>
              onMapping({ ...mapping, orientation: keyOf(orientationNames, value) })
            }
          />
          <Select
            label="Calls"
            description={dataSetType.evidence}
            data={choicesOf(dataSetTypeNames)}
            value={dataSetType.value}
            onChange={(value) =>
              onMapping({ ...mapping, dataSetType: keyOf(dataSetTypeNames, value) })
            }
          />
        </>
      )}
      <dl className={classes["facts"]}>
        {facts.map(({ word, value, evidence }) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>
              <span className="mono">{shown(value ?? "")}</span>
              <span className={classes["evidence"]}>{evidence}</span>
            </dd>
          </div>
        ))}
        {detection.missing.length > 0 && (
          <div>
            <dt>Missing calls</dt>
            <dd>
              <span className="mono">{detection.missing.join(" ")}</span>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

/** Delimiters are regular expressions, most of which have a name. */
function shown(value: string): string {
  switch (value) {
    case "\\t":
      return "tab";
    case ",":
      return "comma";
    case ";":
      return "semicolon";
    case "\\s+":
      return "spaces";
    default:
      return value;
  }
}
