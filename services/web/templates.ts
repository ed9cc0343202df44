import { randomUUID } from "node:crypto";
import { z } from "zod";
import { AppError } from "../contract/errors.ts";
import type { EventType } from "../contract/event.ts";
import {
  mostTemplates,
  SavedTemplate,
  type RemoveTemplateQuery,
  type RenameTemplateRequest,
  type SaveTemplateRequest,
} from "../contract/saved-template.ts";
import type { Store } from "./store/store.ts";

/**
 * The templates of the lab. They are one setting of the store, so that whichever driver keeps it, a change of one, of its name
 * too, is one durable compare-and-set, and nobody takes the place of what they have not seen.
 */
export interface TemplateBook {
  list(): Promise<SavedTemplate[]>;
  /** @throws AppError `not_found`. */
  get(name: string): Promise<SavedTemplate>;
  /** @throws AppError `conflict` where it is not the version that was seen, or there are too many. */
  save(name: string, asked: SaveTemplateRequest): Promise<SavedTemplate>;
  /** @throws AppError `not_found`; `conflict` where it is not the version that was seen, or the new name is taken. */
  rename(name: string, asked: RenameTemplateRequest): Promise<SavedTemplate>;
  /**
   * Returns what is gone.
   *
   * @throws AppError `not_found`; `conflict` where it is not the version that was seen.
   */
  remove(name: string, asked: z.infer<typeof RemoveTemplateQuery>): Promise<SavedTemplate>;
}

const settingName = "templates";

/** @param deps.now milliseconds since 1970. */
export function templateBook(deps: {
  readonly store: Pick<Store, "setting" | "updateSetting" | "record">;
  readonly now: () => number;
}): TemplateBook {
  const { store, now } = deps;

  const list = async (): Promise<SavedTemplate[]> =>
    sortOut(await store.setting(settingName)).templates;

  /** Returns those before and those after it. */
  const change = async (decide: (templates: readonly SavedTemplate[]) => SavedTemplate[]) => {
    let before: readonly SavedTemplate[] = [];
    await store.updateSetting(settingName, (value) => {
      const { templates, others } = sortOut(value);
      before = templates;
      return [...others, ...decide(templates).toSorted(byName)];
    });
    return before;
  };

  const tell = async (type: EventType, message: string, by: string | undefined): Promise<void> => {
    const about = { job: null, key: null, attempt: null, digester: null };
    await store.record({ type, at: now(), ...about, message, ...(by === undefined ? {} : { by }) });
  };

  return {
    list,
    get: async (name) => known(await list(), name),

    async save(name, { mapping, plan, version = null, by, saved }) {
      const template: SavedTemplate = {
        name,
        mapping,
        plan,
        version: randomUUID(),
        savedBy: saved === undefined ? (by ?? null) : saved.by,
        savedAt: saved?.at ?? new Date(now()).toISOString(),
      };
      const before = await change((templates) => {
        const there = templates.find((one) => one.name === name);
        if (there !== undefined) requireSeen(there, version);
        else if (version !== null) throw gone(name);
        else requireRoom(templates);
        return [...without(templates, name), template];
      });
      const there = before.find((one) => one.name === name);
      const instead = there === undefined ? "" : `, in place of the one ${whose(there)}`;
      await tell("template_saved", `${quoted(name)}${instead}.`, by);
      return template;
    },

    async rename(name, { to, version, by }) {
      const newVersion = randomUUID();
      const renamed = (templates: readonly SavedTemplate[]): SavedTemplate => ({
        ...known(templates, name),
        name: to,
        version: newVersion,
      });
      const before = await change((templates) => {
        const there = known(templates, name);
        requireSeen(there, version ?? there.version);
        const taken = templates.find((one) => one.name === to);
        if (taken !== undefined) throw isThere(taken);
        return [...without(templates, name), renamed(templates)];
      });
      await tell("template_renamed", `${quoted(name)} is ${quoted(to)} now.`, by);
      return renamed(before);
    },

    async remove(name, { version, by }) {
      const before = await change((templates) => {
        const there = known(templates, name);
        requireSeen(there, version ?? there.version);
        return without(templates, name);
      });
      await tell("template_removed", `${quoted(name)}.`, by);
      return known(before, name);
    },
  };
}

/** What another version of the service has kept and this one does not understand is kept, and not shown. */
function sortOut(value: unknown): { templates: SavedTemplate[]; others: unknown[] } {
  const kept = z.array(z.unknown()).default([]).parse(value);
  const others = kept.filter((one) => !SavedTemplate.safeParse(one).success);
  return { templates: kept.flatMap((one) => SavedTemplate.safeParse(one).data ?? []), others };
}

const quoted = (name: string): string => `“${name}”`;

const byName = (a: SavedTemplate, b: SavedTemplate): number => a.name.localeCompare(b.name, "en");

function without(templates: readonly SavedTemplate[], name: string): SavedTemplate[] {
  return templates.filter((one) => one.name !== name);
}

function known(templates: readonly SavedTemplate[], name: string): SavedTemplate {
  const found = templates.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new AppError("not_found", `There is no template ${quoted(name)}.`);
}

function requireRoom(templates: readonly SavedTemplate[]): void {
  if (templates.length < mostTemplates) return;
  throw new AppError("conflict", `There are ${mostTemplates} templates, and no room for more.`, {
    hint: "Delete some that nobody uses.",
  });
}

/** @param version null: none was seen. */
function requireSeen(template: SavedTemplate, version: string | null): void {
  if (version === null) throw isThere(template);
  if (version === template.version) return;
  throw new AppError(
    "conflict",
    `${quoted(template.name)} has changed meanwhile: ${whose(template)}.`,
    { hint: "Look at it again." },
  );
}

function isThere(template: SavedTemplate): AppError {
  return new AppError(
    "conflict",
    `There is a template ${quoted(template.name)}: ${whose(template)}.`,
    {
      hint: "Give another name, or the version of that one, to take its place.",
    },
  );
}

function whose({ savedBy, savedAt }: SavedTemplate): string {
  return `saved by ${savedBy ?? "somebody"} at ${savedAt}`;
}

function gone(name: string): AppError {
  return new AppError("conflict", `${quoted(name)} is gone meanwhile.`, {
    hint: "Save it as a new one.",
  });
}
