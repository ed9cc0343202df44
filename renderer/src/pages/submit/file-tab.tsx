import { Button, FileButton, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { fromEvent } from "file-selector";
import { useMemo, useState, type DragEvent } from "react";
import type { InstructionFile } from "../../../../services/contract/desktop.ts";
import { mostInstructionBytes } from "../../api/instructions.ts";
import { tellError } from "../../components/tell.ts";
import { useByteUnits } from "../../components/units.ts";
import { formatBytes } from "../../format/numbers.ts";
import { readBatch, type TextFile } from "./instruction-batch.ts";
import { InstructionFiles } from "./instruction-files.tsx";
import { InstructionForm } from "./instruction-form.tsx";
import classes from "./file-tab.module.css";

/** A file dropped or chosen, then shown to be looked over before it is submitted; of several, a line of each. */
export function FileTab({ opened }: { opened: InstructionFile | null }) {
  const [files, setFiles] = useState<readonly TextFile[]>(opened === null ? [] : [opened]);
  /** Times that files were taken: what is taken is shown anew, also where it is called as before. */
  const [taken, setTaken] = useState(0);
  /** One of several that is shown by itself. */
  const [single, setSingle] = useState<TextFile | null>(null);
  const [units] = useByteUnits();
  const [isOver, setIsOver] = useState(false);
  const entries = useMemo(() => readBatch(files), [files]);

  async function take(chosen: readonly File[]): Promise<void> {
    const small = chosen.filter(({ size }) => size <= mostInstructionBytes);
    for (const { name, size } of chosen.filter((file) => !small.includes(file))) {
      const limit = formatBytes(mostInstructionBytes, units);
      tellError(
        "A file was not read",
        new Error(
          `${name} has ${formatBytes(size, units)}; an instruction has at most ${limit}. Is it a data file?`,
        ),
      );
    }
    try {
      const read = small.map(async (file) => ({ name: file.name, text: await file.text() }));
      const texts = await Promise.all(read);
      if (texts.length === 0) return;
      setFiles(texts);
      setTaken((before) => before + 1);
      setSingle(null);
    } catch (thrown) {
      tellError("The files could not be read", thrown);
    }
  }

  async function drop(event: DragEvent): Promise<void> {
    event.preventDefault();
    setIsOver(false);
    const dropped = await fromEvent(event.nativeEvent);
    const found = dropped.filter((one) => one instanceof File);
    // Of a folder only what may be an instruction is meant.
    const named = found.filter(({ name }) => /\.json$/i.test(name));
    await take(found.length > 1 ? named : found);
    if (found.length > 1 && named.length === 0) {
      tellError("Nothing was read", new Error("None of these files is called .json."));
    }
  }

  const dropping = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setIsOver(true);
    },
    onDragLeave: () => setIsOver(false),
    onDrop: (event: DragEvent) => void drop(event),
  };

  const file = single ?? files[0];
  if (file === undefined) {
    return (
      <div className={classes["zone"]} data-over={isOver} {...dropping}>
        <IconFileUpload size={32} stroke={1.4} aria-hidden />
        <Text fw={600}>Drop instruction files here, or a folder of them</Text>
        <Text size="sm" c="dimmed">
          JSON as the GOBii loader writes it, of any generation. You see what each would make before
          it is submitted.
        </Text>
        <FileButton
          multiple
          onChange={(chosen) => void take(chosen)}
          accept="application/json,.json"
        >
          {(props) => (
            <Button {...props} mt="sm">
              Choose files
            </Button>
          )}
        </FileButton>
      </div>
    );
  }
  if (single === null && entries.length > 1) {
    return (
      <div {...dropping}>
        <InstructionFiles entries={entries} onOtherFiles={() => setFiles([])} onOne={setSingle} />
      </div>
    );
  }
  return (
    <div {...dropping}>
      <InstructionForm
        key={`${taken} ${file.name}`}
        initialText={file.text}
        initialKey={file.name.replace(/\.json$/i, "")}
        editOf={null}
        fileName={file.name}
        onOtherFile={() => (single === null ? setFiles([]) : setSingle(null))}
      />
    </div>
  );
}
