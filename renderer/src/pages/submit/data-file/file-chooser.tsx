import { Alert, Button, FileButton, Progress, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconFileUpload } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef, useState, type DragEvent } from "react";
import { configurationQuery } from "../../../api/service.ts";
import { uploadFile } from "../../../api/files.ts";
import { tellError } from "../../../components/tell.ts";
import { useByteUnits } from "../../../components/units.ts";
import { useDroppedFiles } from "../../../frame/dropped-files.ts";
import { formatBytes } from "../../../format/numbers.ts";
import { FileBrowser } from "./file-browser.tsx";
import { loadName } from "./load-plan.ts";
import classes from "./file-chooser.module.css";

interface FileChooserProps {
  readonly crop: string | null;
  readonly onCrop: (crop: string | null) => void;
  /** @param paths absolute, on the machine of the web service. */
  readonly onChosen: (paths: readonly string[]) => void;
}

interface Sending {
  readonly name: string;
  readonly share: number;
}

/** A data file of one's own computer, or one that lies where the service can read it already. */
export function FileChooser({ crop, onCrop, onChosen }: FileChooserProps) {
  const { data: configuration } = useQuery(configurationQuery);
  const [units] = useByteUnits();
  const [isOver, setIsOver] = useState(false);
  const [sending, setSending] = useState<Sending | null>(null);
  const abort = useRef<AbortController | null>(null);

  async function send(files: readonly File[]): Promise<void> {
    const [first] = files;
    if (first === undefined) return;
    const limit = (configuration?.maxUploadMbytes ?? Infinity) * 1024 * 1024;
    const tooLarge = files.find((file) => file.size > limit);
    if (tooLarge !== undefined) {
      const words = `${tooLarge.name} has ${formatBytes(tooLarge.size, units)}; at most ${formatBytes(limit, units)} are taken. Put it below a data root and choose it there.`;
      return tellError("The file was not sent", new Error(words));
    }
    const empty = files.find((file) => file.size === 0);
    if (empty !== undefined) {
      const words = `${empty.name} is empty: it has 0 bytes. Was it exported or downloaded to its end?`;
      return tellError("The file was not sent", new Error(words));
    }
    const stopping = new AbortController();
    abort.current = stopping;
    // Each choice has a folder of its own, so that a file of the same name stays what it is.
    const folder = loadName(first.name, Date.now());
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const paths: string[] = [];
    let sent = 0;
    try {
      for (const file of files) {
        const onProgress = (share: number): void =>
          setSending({ name: file.name, share: (sent + share * file.size) / Math.max(1, bytes) });
        onProgress(0);
        paths.push(await uploadFile({ file, folder, crop, signal: stopping.signal, onProgress }));
        sent += file.size;
      }
      onChosen(paths);
    } catch (thrown) {
      if (!stopping.signal.aborted) tellError("The file was not sent", thrown);
    } finally {
      setSending(null);
    }
  }

  // What was dropped elsewhere on the console, and led here.
  const { take } = useDroppedFiles();
  const sendDropped = useEffectEvent(() => send(take()));
  useEffect(() => {
    void Promise.resolve().then(() => sendDropped());
  }, []);

  async function chooseHere(): Promise<void> {
    const paths = await window.desktop?.choosePaths({ kind: "files", title: "Choose data files" });
    if (paths !== undefined && paths.length > 0) onChosen(paths);
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setIsOver(false);
    // Else whichever comes second would take the place of the first under the person's hands.
    if (sending === null) void send([...event.dataTransfer.files]);
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
              <FileButton multiple onChange={(files) => void send(files)}>
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
            <Button mt="sm" variant="default" onClick={() => abort.current?.abort()}>
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
