import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconFile, IconFlask, IconJson, IconTable } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import type { InstructionFile } from "../../../../services/contract/desktop.ts";
import { digestersQuery } from "../../api/digesters.ts";
import { samplesQuery } from "../../api/instructions.ts";
import { writeDraft } from "../../components/draft.ts";
import { Page } from "../../components/page.tsx";
import { DataFileTab } from "./data-file/data-file-tab.tsx";
import { EditedInstruction } from "./edited-instruction.tsx";
import { FileTab } from "./file-tab.tsx";
import { InstructionForm } from "./instruction-form.tsx";
import { SampleList } from "./sample-list.tsx";
import { useOpenedFile } from "./opened-file.ts";
import classes from "./submit-page.module.css";

const ways = ["data", "sample", "file", "paste"] as const;
type Way = (typeof ways)[number];

export function SubmitPage() {
  const opened = useOpenedFile();
  const search = new URLSearchParams(useSearch());
  const editOf = search.get("from");
  if (editOf !== null) return <EditedInstruction key={editOf} instructionKey={editOf} />;
  const wanted = ways.find((way) => way === search.get("tab")) ?? null;
  // An instruction that comes from outside is begun with anew, whatever is on the page.
  return <Ways key={opened?.path} wanted={wanted} opened={opened} />;
}

function Ways({ wanted, opened }: { wanted: Way | null; opened: InstructionFile | null }) {
  const samples = useQuery(samplesQuery);
  const [, navigate] = useLocation();
  const hasSamples = samples.isPending || (samples.data ?? []).length > 0;
  const [text, setText] = useState({ text: "", count: 0 });
  const way = wanted ?? (opened === null ? (hasSamples ? "sample" : "data") : "file");
  return (
    <Page title="Submit" fixed={<NoDigester />}>
      <Tabs
        value={way}
        // What was chosen on the other ways is kept with the page in the browser's history.
        onChange={(next) =>
          navigate(`/submit?tab=${next}`, { replace: true, state: history.state as unknown })
        }
        className={classes["tabs"] ?? ""}
      >
        <Tabs.List>
          <Tabs.Tab value="data" leftSection={<IconTable size={15} aria-hidden />}>
            Data file
          </Tabs.Tab>
          {hasSamples && (
            <Tabs.Tab value="sample" leftSection={<IconFlask size={15} aria-hidden />}>
              Sample
            </Tabs.Tab>
          )}
          <Tabs.Tab value="file" leftSection={<IconFile size={15} aria-hidden />}>
            Instruction file
          </Tabs.Tab>
          <Tabs.Tab value="paste" leftSection={<IconJson size={15} aria-hidden />}>
            Paste JSON
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="data" className={classes["panel"] ?? ""}>
          <DataFileTab
            onText={(made, options) => {
              // Takes the place of what was being pasted.
              writeDraft("paste", made);
              writeDraft("paste options", options);
              setText(({ count }) => ({ text: made, count: count + 1 }));
              navigate("/submit?tab=paste", { state: history.state as unknown });
            }}
          />
        </Tabs.Panel>
        {hasSamples && (
          <Tabs.Panel value="sample" className={classes["panel"] ?? ""}>
            <SampleList samples={samples.data ?? undefined} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="file" className={classes["panel"] ?? ""}>
          <FileTab key={opened?.path} opened={opened} />
        </Tabs.Panel>
        <Tabs.Panel value="paste" className={classes["panel"] ?? ""}>
          <InstructionForm key={text.count} initialText={text.text} editOf={null} draft="paste" />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** Submitting is safe without a digester, but nothing will happen. */
function NoDigester() {
  const { data } = useQuery(digestersQuery);
  if (data === undefined || data.length > 0) return null;
  return (
    <p className={classes["note"]} role="note">
      No digester is attached: what you submit is kept and waits until one is.
    </p>
  );
}
