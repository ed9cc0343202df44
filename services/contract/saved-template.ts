import { z } from "zod";
import { dataSetTypes, orientations } from "./gobii-terms.ts";
import { columnRoles, fileFormats } from "./preview.ts";
import { templateParts } from "./templates.ts";

/** What people have set for a kind of file, kept by the web service under a name for everybody. */

/** So many may be kept, which bounds what a change writes. */
export const mostTemplates = 200;
/** Of a file, a preview shows at most so many rows and columns. */
const mostRoles = 200;

/** In a path "." and ".." would be taken for steps. */
export const TemplateName = z
  .string()
  .trim()
  .normalize("NFC")
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, { error: "expected a name without control characters" })
  .regex(/^(?!\.{1,2}$)/, { error: "expected a name other than . and .." });

const Place = z.number().int().nonnegative();
const Roles = z
  .record(z.string().regex(/^\d{1,6}$/), z.enum(columnRoles).nullable())
  .refine((roles) => Object.keys(roles).length <= mostRoles, {
    error: `expected at most ${mostRoles} rows or columns`,
  });
const Id = Place.nullable();

/** What a person has decided against, or beyond, what was found out of a file. Rows and columns count from 0. */
export const Mapping = z.object({
  format: z.enum(fileFormats).nullable(),
  orientation: z.enum(orientations).nullable(),
  dataSetType: z.enum(dataSetTypes).nullable(),
  /** Where the calls begin; null: as found. */
  corner: z.object({ row: Place, column: Place }).nullable(),
  /** By column; null: it says nothing. */
  columns: Roles,
  rows: Roles,
});
export type Mapping = Readonly<z.infer<typeof Mapping>>;

/** What is to be made of a file. */
export const LoadPlan = z.object({
  /** Null: what one would load of such a file. */
  parts: z.array(z.enum(templateParts)).max(templateParts.length).nullable(),
  /** Of the GOBii database, which no file can tell. */
  ids: z.object({ project: Id, platform: Id, experiment: Id, mapset: Id, dataset: Id }),
});
export type LoadPlan = Readonly<z.infer<typeof LoadPlan>>;

export const SavedTemplate = z.object({
  name: TemplateName,
  mapping: Mapping,
  plan: LoadPlan,
  /** Another one after each change; whoever changes the template says which one they saw. */
  version: z.string(),
  /** As they call themselves; null: they did not say. */
  savedBy: z.string().nullable(),
  savedAt: z.iso.datetime(),
});
export type SavedTemplate = z.infer<typeof SavedTemplate>;

/** `GET /templates`, in the order of their names. */
export const TemplateList = z.object({ templates: z.array(SavedTemplate) });

const Actor = z.string().max(200);

/** `PUT /templates/{name}`. */
export const SaveTemplateRequest = z.object({
  mapping: Mapping,
  plan: LoadPlan,
  /** That of the template whose place it takes; null: there is none yet. */
  version: z.string().nullable().default(null),
  /** Who does it. */
  by: Actor.optional(),
  /** Where a template is put back: who saved it, and when. */
  saved: z.object({ by: Actor.nullable(), at: z.iso.datetime() }).optional(),
});
export type SaveTemplateRequest = z.input<typeof SaveTemplateRequest>;

/** Query of `DELETE /templates/{name}`. Without a version it goes as it is. */
export const RemoveTemplateQuery = z.object({
  version: z.string().optional(),
  by: Actor.optional(),
});

/** `POST /templates/{name}/rename`. */
export const RenameTemplateRequest = RemoveTemplateQuery.extend({ to: TemplateName });
export type RenameTemplateRequest = z.input<typeof RenameTemplateRequest>;
