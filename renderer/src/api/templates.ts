import { queryOptions } from "@tanstack/react-query";
import {
  SavedTemplate,
  TemplateList,
  type RenameTemplateRequest,
  type SaveTemplateRequest,
} from "../../../services/contract/saved-template.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

const root = "/api/v1/templates";
const pathOf = (name: string): string => `${root}/${encodeURIComponent(name)}`;

/** The templates that the web service keeps for everybody. The event stream says when they change. */
export const templatesQuery = queryOptions({
  queryKey: keys.templates,
  queryFn: async ({ signal }) => (await request(TemplateList, root, { signal })).templates,
});

export function saveTemplate(name: string, body: SaveTemplateRequest): Promise<SavedTemplate> {
  return request(SavedTemplate, pathOf(name), { method: "PUT", body });
}

export function renameTemplate(name: string, body: RenameTemplateRequest): Promise<SavedTemplate> {
  return request(SavedTemplate, `${pathOf(name)}/rename`, { method: "POST", body });
}

export function removeTemplate(
  { name, version }: Pick<SavedTemplate, "name" | "version">,
  { by }: { readonly by: string },
): Promise<SavedTemplate> {
  const query = new URLSearchParams({ version, by });
  return request(SavedTemplate, `${pathOf(name)}?${query}`, { method: "DELETE" });
}

/**
 * Puts a template back as it was, with who saved it and when.
 *
 * @param version of the one that has its place now; null: there is none.
 */
export function putBackTemplate(
  { name, mapping, plan, savedBy, savedAt }: SavedTemplate,
  version: string | null,
  actor: { readonly by: string },
): Promise<SavedTemplate> {
  const saved = { by: savedBy, at: savedAt };
  return saveTemplate(name, { mapping, plan, version, saved, ...actor });
}
