import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { uploadFile } from "../api/files.ts";
import { configurationQuery } from "../api/service.ts";
import { tellError } from "../components/tell.ts";
import { useByteUnits } from "../components/units.ts";
import { desktop } from "../desktop.ts";
import { loadName } from "../format/load-name.ts";
import { formatBytes, type ByteUnits } from "../format/numbers.ts";
import { ChosenFiles, UploadContext, type Sending } from "./upload.ts";
import { useFileDrop } from "./use-file-drop.ts";

const chooser = "/submit?tab=data";

/** Sends data files, chosen on the Submit page or dropped anywhere, and leads to their mapping when they are there. */
export function UploadProvider({ children }: { readonly children: ReactNode }) {
  const { data: configuration } = useQuery(configurationQuery);
  const [units] = useByteUnits();
  const [, navigate] = useLocation();
  const [sending, setSending] = useState<Sending | null>(null);
  const stopping = useRef<AbortController | null>(null);

  async function send(files: readonly File[], crop: string | null): Promise<void> {
    const [first] = files;
    if (first === undefined) return;
    const refusal =
      stopping.current === null
        ? refusalOf(files, (configuration?.maxUploadMbytes ?? Infinity) * 1024 * 1024, units)
        : "Another one is being sent. Wait for its end, or stop it on the Submit page.";
    if (refusal !== null) return tellError("The file was not sent", new Error(refusal));
    if (!isChooserShown()) navigate(chooser);
    const { signal } = (stopping.current = new AbortController());
    try {
      const dataFiles = await sendAll(files, crop, signal, setSending);
      arrive(first.name, { dataFiles, crop });
    } catch (thrown) {
      if (!signal.aborted) tellError("The file was not sent", thrown);
    } finally {
      stopping.current = null;
      setSending(null);
    }
  }

  /** Nobody who has gone on to something else is taken away from it. */
  function arrive(name: string, chosen: ChosenFiles): void {
    const map = (): void => navigate(chooser, { state: chosen });
    if (isChooserShown()) map();
    else tellSent(name, map);
  }

  useFileDrop((files) => void send(files, null));

  const isSending = sending !== null;
  useEffect(() => {
    // A desktop's window would not close and not say why: its shell asks what there is to ask.
    if (!isSending || desktop() !== undefined) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isSending]);

  return (
    <UploadContext
      value={{
        sending,
        send: (files, crop) => void send(files, crop),
        stop: () => stopping.current?.abort(),
      }}
    >
      {children}
    </UploadContext>
  );
}

/** @returns where they lie on the machine of the web service. */
async function sendAll(
  files: readonly File[],
  crop: string | null,
  signal: AbortSignal,
  onSending: (sending: Sending) => void,
): Promise<string[]> {
  // Each choice has a folder of its own, so that a file of the same name stays what it is.
  const folder = loadName(files[0]?.name ?? "", Date.now());
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const paths: string[] = [];
  let sent = 0;
  for (const file of files) {
    const onProgress = (share: number): void =>
      onSending({ name: file.name, share: (sent + share * file.size) / bytes });
    onProgress(0);
    paths.push(await uploadFile({ file, folder, crop, signal, onProgress }));
    sent += file.size;
  }
  return paths;
}

function isChooserShown(): boolean {
  const { pathname, search } = window.location;
  return `${pathname}${search}` === chooser && !ChosenFiles.safeParse(history.state).success;
}

/** @param limit bytes. @returns null where they can be sent. */
function refusalOf(files: readonly File[], limit: number, units: ByteUnits): string | null {
  const tooLarge = files.find((file) => file.size > limit);
  if (tooLarge !== undefined) {
    return `${tooLarge.name} has ${formatBytes(tooLarge.size, units)}; at most ${formatBytes(limit, units)} are taken. Put it below a data root and choose it there.`;
  }
  const empty = files.find((file) => file.size === 0);
  if (empty !== undefined) {
    return `${empty.name} is empty: it has 0 bytes. Was it exported or downloaded to its end?`;
  }
  return null;
}

function tellSent(name: string, map: () => void): void {
  const id = notifications.show({
    color: "var(--accent)",
    autoClose: false,
    message: (
      <>
        {name} was sent.{" "}
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => {
            notifications.hide(id);
            map();
          }}
        >
          Say what is what
        </Button>
      </>
    ),
  });
}
