import { ActionIcon, Tooltip } from "@mantine/core";
import { IconDownload, IconFileOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Job } from "../../../../../services/contract/job.ts";
import { madeFilesQuery, madeFileUrl } from "../../../api/job-files.ts";
import { CopyButton } from "../../../components/copy-button.tsx";
import { useByteUnits } from "../../../components/units.ts";
import { formatBytes } from "../../../format/numbers.ts";
import { fileName } from "../../../format/paths.ts";
import { OpenFolder } from "../open-folder.tsx";
import classes from "./made-file.module.css";

interface MadeFileProps {
  readonly job: Job;
  readonly file: string;
}

function useMadeFile({ job, file }: MadeFileProps) {
  const { data } = useQuery(madeFilesQuery(job.id, job.attempt));
  return data?.find((one) => one.file === file);
}

/** @param told the size as the job told it, where it did. */
export function MadeFileSize({ told, ...which }: MadeFileProps & { told?: number }) {
  const [units] = useByteUnits();
  const bytes = useMadeFile(which)?.bytes ?? told;
  return bytes === undefined ? "–" : formatBytes(bytes, units);
}

/** Where a file lies that a job made, and what can be done with it; or that it is gone. */
export function MadeFilePath({ job, file }: MadeFileProps) {
  const found = useMadeFile({ job, file });
  const name = fileName(file);
  return (
    <>
      <div className={classes["path"]}>
        <span className="mono">{file}</span>
        {found?.problem === null && (
          <Tooltip label={`Download ${name}`}>
            <ActionIcon
              component="a"
              variant="subtle"
              color="gray"
              size="sm"
              href={madeFileUrl(job.id, file)}
              download
              aria-label={`Download ${name}`}
            >
              <IconDownload size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        <CopyButton value={file} what={`the path of ${name}`} />
        <OpenFolder path={file} />
      </div>
      {typeof found?.problem === "string" && (
        <p className={classes["problem"]}>
          <IconFileOff size={14} aria-hidden />
          {found.problem}
        </p>
      )}
    </>
  );
}

/** Stands beside the files where it is not known whether they are still there. */
export function MadeFilesTrouble({ job }: { job: Job }) {
  const { error } = useQuery(madeFilesQuery(job.id, job.attempt));
  if (error === null) return null;
  return (
    <p className={classes["problem"]}>
      <IconFileOff size={14} aria-hidden />
      Nothing can be downloaded for now: {error.message}
    </p>
  );
}
