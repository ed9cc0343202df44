import { Alert, Button, Skeleton, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { IconFileAlert } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { z } from "zod";
import type { Preview } from "../../../../../services/contract/preview.ts";
import { LoadPlan, Mapping } from "../../../../../services/contract/saved-template.ts";
import { configurationQuery } from "../../../api/service.ts";
import { previewQuery } from "../../../api/preview.ts";
import { readDraft, writeDraft } from "../../../components/draft.ts";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { Notice } from "../../../components/notice.tsx";
import { fileName } from "../../../format/paths.ts";
import { loadName } from "../../../format/load-name.ts";
import type { SubmitOptions } from "../submit-body.ts";
import { DryRunView } from "./dry-run-view.tsx";
import { FileFacts } from "./file-facts.tsx";
import { Findings } from "./findings.tsx";
import { noIds, planLoad, withSomeIds } from "./load-plan.ts";
import { applyMapping, noMapping } from "./mapping.ts";
import { PreviewGrid } from "./preview-grid.tsx";
import { SubmitSide } from "./submit-side.tsx";
import { TemplateSelect } from "./template-select.tsx";
import classes from "./mapping-view.module.css";

interface MappingViewProps {
  readonly crop: string | null;
  readonly path: string;
  /** Files that are to be loaded the same way. */
  readonly others: readonly string[];
  readonly onText: (text: string, options: SubmitOptions) => void;
  readonly onOther: () => void;
}

/** What a person says of a file. */
const Said = z.object({ mapping: Mapping, plan: LoadPlan, template: z.string().nullable() });
const nothingSaid: z.infer<typeof Said> = {
  mapping: noMapping,
  plan: { parts: null, ids: noIds },
  template: null,
};

/** What a file is, what of it goes where, and what that would make: looked at and changed before it is submitted. */
export function MappingView(props: MappingViewProps) {
  const [said, setSaid] = useState(() => readDraft(props.path, Said) ?? nothingSaid);
  useEffect(() => writeDraft(props.path, said), [props.path, said]);
  const preview = useQuery({
    ...previewQuery(props.path, props.crop, said.mapping.format),
    // Of the same file as another format: nothing moves, and nothing that was said is lost, while it is looked at anew.
    placeholderData: keepPreviousData,
  });

  if (preview.isPending) return <Skeleton height={420} animate={false} />;
  if (preview.isError) {
    return (
      <>
        <ErrorPanel
          what={`${props.path} cannot be looked at`}
          error={preview.error}
          onRetry={() => void preview.refetch()}
        />
        {said.mapping.format !== null && (
          <Button
            variant="default"
            onClick={() => setSaid((before) => ({ ...before, mapping: noMapping, template: null }))}
          >
            Read it as it was recognised
          </Button>
        )}
        <Button variant="subtle" onClick={props.onOther}>
          Another file
        </Button>
      </>
    );
  }
  const { encoding, format, warnings } = preview.data.detection;
  if (encoding.value === "binary" && format === "DELIMITED") {
    return (
      <Notice
        icon={IconFileAlert}
        title={`${fileName(props.path)} is no genotype file`}
        kind="error"
      >
        <Text size="sm">{[encoding.evidence, ...warnings].join(" ")}</Text>
        <Text size="sm" c="dimmed">
          What is taken is text, plain or gzipped (HapMap, VCF, KASP, DArT, SSR, a delimited
          matrix), and PLINK&rsquo;s .bed with its .bim and .fam.
        </Text>
        <Button mt="xs" onClick={props.onOther}>
          Choose another file
        </Button>
      </Notice>
    );
  }
  return (
    <Mapped
      {...props}
      preview={preview.data}
      isReading={preview.isPlaceholderData}
      onSubmitted={() => writeDraft(props.path, null)}
      mapping={said.mapping}
      onMapping={(mapping) => setSaid((before) => ({ ...before, mapping }))}
      plan={said.plan}
      onPlan={(plan) => setSaid((before) => ({ ...before, plan }))}
      template={said.template}
      onTemplate={(template) => setSaid((before) => ({ ...before, template }))}
    />
  );
}

interface MappedProps extends MappingViewProps {
  readonly preview: Preview;
  /** The preview is that of another format, until this one's is there. */
  readonly isReading: boolean;
  readonly onSubmitted: () => void;
  readonly mapping: Mapping;
  readonly onMapping: (mapping: Mapping) => void;
  readonly plan: LoadPlan;
  readonly onPlan: (plan: LoadPlan) => void;
  /** The saved one that was chosen last, which outlives the look at another format. */
  readonly template: string | null;
  readonly onTemplate: (template: string | null) => void;
}

function Mapped(props: MappedProps) {
  const { crop, path, others, preview, mapping, onMapping, plan, onPlan } = props;
  const { data: configuration } = useQuery(configurationQuery);
  const [name] = useState(() => loadName(path, Date.now()));
  const detection = useMemo(
    () => applyMapping(preview.detection, mapping, headerOf(preview)),
    [preview, mapping],
  );
  const roots =
    configuration?.crops.find((one) => crop === null || one.name === crop)?.dataRoots ?? [];
  const root = roots.find((one) => path.startsWith(`${one}/`)) ?? roots[0] ?? "";
  const planFor = useCallback(
    (source: string, load: string, given: LoadPlan) =>
      planLoad(detection, { source, destination: `${root}/loader/digest/${load}`, crop }, given),
    [detection, root, crop],
  );
  const tried = useMemo(
    () => planFor(path, name, withSomeIds(detection, plan)),
    [planFor, path, name, detection, plan],
  );
  const [settled] = useDebouncedValue(tried, 300);

  return (
    <div className={classes["view"]} aria-busy={props.isReading}>
      <div className={classes["main"]}>
        <FileFacts preview={preview} others={others} onOther={props.onOther} />
        <TemplateSelect
          detection={preview.detection}
          mapping={mapping}
          plan={plan}
          chosen={props.template}
          onChosen={props.onTemplate}
          onChange={(chosen) => {
            onMapping(chosen.mapping);
            if (chosen.plan !== undefined) onPlan(chosen.plan);
          }}
        />
        {detection.warnings.map((warning) => (
          <Alert key={warning} color="var(--status-held)" variant="outline" role="note">
            {warning}
          </Alert>
        ))}
        <PreviewGrid
          grid={preview.grid}
          layout={detection.layout}
          mapping={mapping}
          onMapping={onMapping}
        />
        <Findings detection={detection} mapping={mapping} onMapping={onMapping} />
        <DryRunView planned={settled} crop={crop} />
      </div>
      <SubmitSide
        crop={crop}
        name={name}
        detection={detection}
        plan={plan}
        onPlan={onPlan}
        paths={[path, ...others]}
        planFor={(source, load) => planFor(source, load, plan)}
        isReading={props.isReading}
        onSubmitted={props.onSubmitted}
        onText={props.onText}
      />
    </div>
  );
}

/** The row above the calls or the list. */
function headerOf({ grid, detection }: Preview): readonly string[] {
  return grid.rows[Math.max(0, detection.layout.firstRow - 1 - grid.firstRow)] ?? [];
}
