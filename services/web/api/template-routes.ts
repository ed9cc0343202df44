import { z } from "zod";
import {
  RemoveTemplateQuery,
  RenameTemplateRequest,
  SavedTemplate,
  SaveTemplateRequest,
  TemplateList,
  TemplateName,
} from "../../contract/saved-template.ts";
import { route, type Route } from "../http/route.ts";
import { templateBook } from "../templates.ts";
import type { ApiDeps } from "./api-deps.ts";

const Named = z.object({ name: TemplateName });

export function templateRoutes({ store, now }: Pick<ApiDeps, "store" | "now">): Route[] {
  const templates = templateBook({ store, now });
  return [
    route({
      method: "get",
      path: "/templates",
      summary: "What people have set for kinds of files, for everybody to use",
      answer: TemplateList,
      handle: async () => ({ body: { templates: await templates.list() } }),
    }),
    route({
      method: "get",
      path: "/templates/:name",
      summary: "One template",
      params: Named,
      answer: SavedTemplate,
      handle: async ({ params }) => ({ body: await templates.get(params.name) }),
    }),
    route({
      method: "put",
      path: "/templates/:name",
      summary:
        "Saves a template; 409 says who saved the one that has the name, unless its version is given",
      params: Named,
      body: SaveTemplateRequest,
      answer: SavedTemplate,
      handle: async ({ params, body }) => ({ body: await templates.save(params.name, body) }),
    }),
    route({
      method: "post",
      path: "/templates/:name/rename",
      summary: "Gives a template another name, which must be free",
      params: Named,
      body: RenameTemplateRequest,
      answer: SavedTemplate,
      handle: async ({ params, body }) => ({ body: await templates.rename(params.name, body) }),
    }),
    route({
      method: "delete",
      path: "/templates/:name",
      summary: "Deletes a template and answers with what is gone",
      params: Named,
      query: RemoveTemplateQuery,
      answer: SavedTemplate,
      handle: async ({ params, query }) => ({ body: await templates.remove(params.name, query) }),
    }),
  ];
}
