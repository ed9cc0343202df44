import { Alert, Button, FileButton, Progress, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconFileUpload } from "@tabler/icons-react";
import { useState, type DragEvent } from "react";
import { configurationQuery } from "../../../api/service.ts";
import { useUpload } from "../../../frame/upload.ts";
import { FileBrowser } from "./file-browser.tsx";
import classes from "./file-chooser.module.css";

interface FileChooserProps {
  readonly crop: string | null;
  readonly onCrop: (crop: string | null) => void;
  /** @param paths absolute, on the machine of the web service. */
  readonly onChosen: (paths: readonly string[]) => void;
}

/** A data file of one's own computer, or one that lies where the service can read it already. */
export function FileChooser({ crop, onCrop, onChosen }: FileChooserProps) {
  const { data: configuration } = useQuery(configurationQuery);
  const { sending, send, stop } = useUpload();
  const [isOver, setIsOver] = useState(false);

  async function chooseHere(): Promise<void> {
    const paths = await window.desktop?.choosePaths({ kind: "files", title: "Choose data files" });
    if (paths !== undefined && paths.length > 0) onChosen(paths);
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setIsOver(false);
    send([...event.dataTransfer.files], crop);
  }

  const crops = configuration?.crops ?? [];
  return (
    <div className={classes["chooser"]}>
      {crops.length > 1 && (
        <Select
          label="Crop"
          w={280}
          data={crops.map(({ name }) => name)}
          value={crop ?? crops[0]?.name ?? null}
          allowDeselect={false}
          onChange={onCrop}
        />
      )}
      <div
        className={classes["zone"]}
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
      >
        <IconFileUpload size={32} stroke={1.4} aria-hidden />
        {sending === null ? (
          <>
            <Text fw={600}>Drop a data file here</Text>
            <Text size="sm" c="dimmed">
              HapMap, VCF, KASP, DArT, PLINK, SSR or any delimited matrix; also .gz. PLINK files
              that belong together are dropped together.
            </Text>
            <div className={classes["buttons"]}>
              <FileButton multiple onChange={(files) => send(files, crop)}>
                {(props) => <Button {...props}>Choose a data file</Button>}
              </FileButton>
              {window.desktop !== undefined && (
                <Button variant="default" onClick={() => void chooseHere()}>
                  Use it where it lies
                </Button>
              )}
            </div>
          </>
        ) : (
          <>
            <Text fw={600}>Sending {sending.name}</Text>
            <Progress
              w={320}
              maw="100%"
              mt="xs"
              value={sending.share * 100}
              aria-label={`Sending ${sending.name}`}
            />
            <Button mt="sm" variant="default" onClick={stop}>
              Stop
            </Button>
          </>
        )}
      </div>
      {sending === null && (
        // Anew for each crop: where one was in the files of another, this one may not look.
        <FileBrowser key={crop} crop={crop} onChosen={(path) => onChosen([path])} />
      )}
      {configuration?.crops.length === 0 && (
        <Alert variant="outline">There is no crop that a file could belong to.</Alert>
      )}
    </div>
  );
}
