import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AppError } from "../../../../../services/contract/errors.ts";
import type { SavedTemplate } from "../../../../../services/contract/saved-template.ts";
import { keys } from "../../../api/keys.ts";
import {
  putBackTemplate,
  removeTemplate,
  renameTemplate,
  saveTemplate,
  templatesQuery,
} from "../../../api/templates.ts";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { tellError } from "../../../components/tell.ts";
import { tellUndoable } from "../../../components/tell-undoable.tsx";
import { Ago } from "../../../components/times.tsx";
import { actorOf, useYourName } from "../../../components/your-name.ts";
import { TemplateForm } from "./template-form.tsx";
import classes from "./template-select.module.css";

interface TemplateActionsProps {
  readonly templates: readonly SavedTemplate[];
  readonly chosen: SavedTemplate | null;
  /** What there is to be saved. */
  readonly content: Pick<SavedTemplate, "mapping" | "plan">;
  readonly onChosen: (name: string | null) => void;
}

/** Saves, renames and deletes templates of the lab. Each can be taken back, and what a colleague saved is asked about. */
export function TemplateActions({ templates, chosen, content, onChosen }: TemplateActionsProps) {
  const client = useQueryClient();
  const [yourName] = useYourName();
  const [form, setForm] = useState<"save" | "rename" | null>(null);
  const [inTheWay, setInTheWay] = useState<SavedTemplate | null>(null);
  const actor = actorOf(yourName);

  async function show(name: string | null): Promise<void> {
    await client.invalidateQueries({ queryKey: keys.templates });
    onChosen(name);
    setForm(null);
    setInTheWay(null);
  }

  /** The template of that name that there is now; null where there is none, or the service does not answer. */
  async function askFor(name: string): Promise<SavedTemplate | null> {
    try {
      const now = await client.fetchQuery({ ...templatesQuery, staleTime: 0 });
      return now.find((one) => one.name === name) ?? null;
    } catch {
      return null;
    }
  }

  const save = useMutation({
    mutationFn: ({ name, replaced }: { name: string; replaced: SavedTemplate | null }) =>
      saveTemplate(name, { ...content, version: replaced?.version ?? null, ...actor }),
    async onSuccess(saved, { replaced }) {
      await show(saved.name);
      tellUndoable(`Saved “${saved.name}” for the lab.`, async () => {
        if (replaced === null) await removeTemplate(saved, actor);
        else await putBackTemplate(replaced, saved.version, actor);
        return replaced === null ? `“${saved.name}” is gone.` : `“${saved.name}” is as it was.`;
      });
    },
    async onError(error, { name }) {
      const isConflict = error instanceof AppError && error.code === "conflict";
      const found = isConflict ? await askFor(name) : null;
      if (found === null) tellError(`“${name}” was not saved`, error);
      setInTheWay(found);
    },
  });

  const rename = useMutation({
    mutationFn: ({ from, to }: { from: SavedTemplate; to: string }) =>
      renameTemplate(from.name, { to, version: from.version, ...actor }),
    async onSuccess({ name, version }, { from }) {
      await show(name);
      tellUndoable(`“${from.name}” is “${name}” now.`, async () => {
        await renameTemplate(name, { to: from.name, version, ...actor });
        return `It is “${from.name}” again.`;
      });
    },
    onError: (error, { from }) => tellError(`“${from.name}” was not renamed`, error),
  });

  const remove = useMutation({
    mutationFn: (template: SavedTemplate) => removeTemplate(template, actor),
    async onSuccess(removed) {
      await show(null);
      tellUndoable(`Deleted “${removed.name}”.`, async () => {
        await putBackTemplate(removed, null, actor);
        return `“${removed.name}” is back.`;
      });
    },
    onError: (error, { name }) => tellError(`“${name}” was not deleted`, error),
  });

  function saveAs(name: string): void {
    const found = templates.find((one) => one.name === name) ?? null;
    if (found !== null && !isYours(found, yourName)) setInTheWay(found);
    else save.mutate({ name, replaced: found });
  }

  return (
    <>
      {form === "save" && (
        <TemplateForm
          name={chosen?.name ?? ""}
          verb="Save"
          isPending={save.isPending}
          asksWho
          onName={saveAs}
          onClose={() => setForm(null)}
        />
      )}
      {form === "rename" && chosen !== null && (
        <TemplateForm
          name={chosen.name}
          verb="Rename"
          isPending={rename.isPending}
          asksWho={false}
          onName={(to) => rename.mutate({ from: chosen, to })}
          onClose={() => setForm(null)}
        />
      )}
      {form === null && (
        <div className={classes["buttons"]}>
          <Button variant="subtle" size="compact-sm" onClick={() => setForm("save")}>
            Save as template
          </Button>
          {chosen !== null && (
            <>
              <Button variant="subtle" size="compact-sm" onClick={() => setForm("rename")}>
                Rename
              </Button>
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                loading={remove.isPending}
                onClick={() => remove.mutate(chosen)}
              >
                Delete
              </Button>
            </>
          )}
        </div>
      )}
      {inTheWay !== null && (
        <ConfirmDialog
          title={`Replace “${inTheWay.name}”?`}
          verb="Replace"
          isPending={save.isPending}
          onConfirm={() => save.mutate({ name: inTheWay.name, replaced: inTheWay })}
          onClose={() => setInTheWay(null)}
        >
          It was saved by {inTheWay.savedBy ?? "somebody"} <Ago at={inTheWay.savedAt} />. Yours
          would take its place for everybody.
        </ConfirmDialog>
      )}
    </>
  );
}

/** Whether the person themselves has saved it, by the name that they go by. */
export function isYours({ savedBy }: SavedTemplate, yourName: string): boolean {
  return yourName.trim() !== "" && savedBy === yourName.trim();
}
