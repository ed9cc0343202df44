import { IconChevronRight } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import type { MatrixOutput } from "../../../../services/contract/digest-settings.ts";
import type { Job } from "../../../../services/contract/job.ts";
import type { DigestResult } from "../../../../services/contract/result.ts";
import { FilePreview } from "./files/file-preview.tsx";
import { MadeFilePath, MadeFileSize } from "./files/made-file.tsx";
import classes from "./result-view.module.css";

interface ResultOutputsProps {
  readonly job: Job;
  readonly outputs: NonNullable<DigestResult["outputs"]>;
}

/** Columns in front of the first sample, and what lines at the beginning say of the file instead of a marker. */
const texts: Readonly<Record<MatrixOutput, { before: number; skip?: string } | null>> = {
  vcf: { before: 9, skip: "##" },
  hapmap: { before: 11 },
  // Its .bed is bytes.
  plink: null,
  parquet: null,
};

const words: Readonly<Record<MatrixOutput, string>> = {
  vcf: "VCF",
  hapmap: "HapMap",
  plink: "PLINK",
  parquet: "Parquet",
};

/** The matrix in other formats, for the next tool. */
export function ResultOutputs({ job, outputs }: ResultOutputsProps) {
  const [opened, setOpened] = useState<string | null>(null);
  const matrix = job.result?.matrix ?? null;
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
          {outputs.map(({ format, file, bytes }) => {
            const text = matrix === null ? null : texts[format];
            return (
              <Fragment key={file}>
                <tr>
                  <td>
                    {text === null ? (
                      words[format]
                    ) : (
                      <button
                        type="button"
                        className={classes["toggle"]}
                        aria-expanded={opened === file}
                        onClick={() => setOpened(opened === file ? null : file)}
                      >
                        <IconChevronRight size={14} aria-hidden />
                        {words[format]}
                      </button>
                    )}
                  </td>
                  <td className={classes["number"]}>
                    <MadeFileSize job={job} file={file} told={bytes} />
                  </td>
                  <td>
                    <MadeFilePath job={job} file={file} />
                  </td>
                </tr>
                {opened === file && text !== null && matrix !== null && (
                  <tr>
                    <td colSpan={3} className={classes["preview"]}>
                      <FilePreview
                        job={job}
                        file={file}
                        name={words[format]}
                        rows={matrix.markers}
                        columns={text.before + matrix.samples}
                        {...(text.skip === undefined ? {} : { skip: text.skip })}
                      />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
