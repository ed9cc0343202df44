import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconFileOff } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";
import { AppError } from "../../../../services/contract/errors.ts";
import { instructionQuery } from "../../api/instructions.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonEditor } from "../../components/json-editor/json-editor.tsx";
import { Notice } from "../../components/notice.tsx";
import { InstructionDiff } from "./edit/instruction-diff.tsx";
import { textOf } from "../submit/instruction-text.ts";
import classes from "./instruction-view.module.css";

/** The instruction as stored, to be read, folded, searched (Ctrl F) and copied. */
export function InstructionView({ jobKey }: { jobKey: string }) {
  const { data, error, isPending, isError, refetch } = useQuery(instructionQuery(jobKey));
  const [compares, setCompares] = useState(false);
  const original = useQuery({
    ...instructionQuery(data?.editOf ?? ""),
    enabled: compares && data?.editOf != null,
  });
  if (isError && error instanceof AppError && error.code === "not_found") {
    return <Notice icon={IconFileOff} title="This job was made without an instruction" />;
  }
  if (isError) {
    return (
      <ErrorPanel
        error={error}
        what="The instruction could not be read"
        onRetry={() => void refetch()}
      />
    );
  }
  const text = isPending ? "" : textOf(data);
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Group gap={4}>
          <Text size="sm" c="dimmed">
            {data?.editOf == null ? (
              "Instructions never change. An edit makes a new one, with a job of its own."
            ) : (
              <>
                An edit of{" "}
                <Link href={`/jobs/${encodeURIComponent(data.editOf)}`}>{data.editOf}</Link>
              </>
            )}
          </Text>
          <CopyButton value={text} what="the instruction" />
        </Group>
        {data?.editOf != null && (
          <Button variant="default" aria-pressed={compares} onClick={() => setCompares(!compares)}>
            {compares ? "Show the whole" : "Compare with the original"}
          </Button>
        )}
      </Group>
      <div className={classes["editor"]}>
        {isPending ? null : compares && original.data !== undefined ? (
          <InstructionDiff original={textOf(original.data)} initial={text} />
        ) : (
          <JsonEditor value={text} label={`Instruction ${jobKey}`} />
        )}
      </div>
    </>
  );
}
