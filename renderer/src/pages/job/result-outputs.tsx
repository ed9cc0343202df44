import type { DigestResult } from "../../../../services/contract/result.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { useByteUnits } from "../../components/units.ts";
import { formatBytes } from "../../format/numbers.ts";
import { OpenFolder } from "./open-folder.tsx";
import classes from "./result-view.module.css";

/** The matrix in other formats, for the next tool. */
export function ResultOutputs({ outputs }: { outputs: NonNullable<DigestResult["outputs"]> }) {
  const [units] = useByteUnits();
  if (outputs.length === 0) return null;
  return (
    <section aria-label="Other formats" className={classes["wide"]}>
      <h2 className={classes["heading"]}>Other formats</h2>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th>Format</th>
            <th className={classes["number"]}>Size</th>
            <th>File</th>
          </tr>
        </thead>
        <tbody>
          {outputs.map(({ format, file, bytes }) => (
            <tr key={file}>
              <td>{format}</td>
              <td className={classes["number"]}>{formatBytes(bytes, units)}</td>
              <td>
                <div className={classes["path"]}>
                  <span className={classes["mono"]}>{file}</span>
                  <CopyButton value={file} what={`the path of ${file}`} />
                  <OpenFolder path={file} />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
