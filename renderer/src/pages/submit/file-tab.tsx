import { Button, FileButton, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useState, type DragEvent } from "react";
import type { InstructionFile } from "../../../../services/contract/desktop.ts";
import { tellError } from "../../components/tell.ts";
import { useByteUnits } from "../../components/units.ts";
import { formatBytes } from "../../format/numbers.ts";
import { InstructionForm } from "./instruction-form.tsx";
import classes from "./file-tab.module.css";

/** Instructions are text of some kilobytes; a data file dropped here by mistake is not read into the page. */
const mostBytes = 16_000_000;

type Chosen = Pick<InstructionFile, "name" | "text">;

/** A file dropped or chosen, then shown to be looked over before it is submitted. */
export function FileTab({ opened }: { opened: InstructionFile | null }) {
  const [file, setFile] = useState<Chosen | null>(opened);
  const [units] = useByteUnits();
  const [isOver, setIsOver] = useState(false);

  async function take(chosen: File | null | undefined): Promise<void> {
    if (chosen === null || chosen === undefined) return;
    if (chosen.size > mostBytes) {
      const size = formatBytes(chosen.size, units);
      const limit = formatBytes(mostBytes, units);
      tellError(
        "The file was not read",
        new Error(
          `${chosen.name} has ${size}; an instruction has at most ${limit}. Is it a data file?`,
        ),
      );
      return;
    }
    try {
      setFile({ name: chosen.name, text: await chosen.text() });
    } catch (thrown) {
      tellError(`${chosen.name} could not be read`, thrown);
    }
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setIsOver(false);
    void take(event.dataTransfer.files[0]);
  }

  const dropping = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setIsOver(true);
    },
    onDragLeave: () => setIsOver(false),
    onDrop: drop,
  };

  if (file === null) {
    return (
      <div className={classes["zone"]} data-over={isOver} {...dropping}>
        <IconFileUpload size={32} stroke={1.4} aria-hidden />
        <Text fw={600}>Drop an instruction file here</Text>
        <Text size="sm" c="dimmed">
          JSON as the GOBii loader writes it, of any generation. You see what it would make before
          it is submitted.
        </Text>
        <FileButton onChange={(chosen) => void take(chosen)} accept="application/json,.json">
          {(props) => (
            <Button {...props} mt="sm">
              Choose a file
            </Button>
          )}
        </FileButton>
      </div>
    );
  }
  return (
    <div {...dropping}>
      <InstructionForm
        key={`${file.name} ${file.text.length}`}
        initialText={file.text}
        initialKey={file.name.replace(/\.json$/i, "")}
        editOf={null}
        fileName={file.name}
        onOtherFile={() => setFile(null)}
      />
    </div>
  );
}
