import { describe, expect, it } from "vitest";
import { mostTemplates, SavedTemplate, TemplateList } from "../contract/saved-template.ts";
import { parseConfiguration } from "./configuration.ts";
import { hashPassword } from "./users.ts";
import { runningWeb, type TestWeb } from "./testing/running-web.ts";
import { templateContent } from "./store/store-fixtures.ts";
import { createMemoryStore } from "./store/memory-store.ts";

const { mapping, plan } = templateContent;

const pathOf = (name: string): string => `/api/v1/templates/${encodeURIComponent(name)}`;

const put = (web: TestWeb, name: string, more: object = {}) =>
  web.ask("PUT", pathOf(name), { mapping, plan, ...more });

async function save(web: TestWeb, name: string, more: object = {}): Promise<SavedTemplate> {
  const { status, body } = await put(web, name, more);
  expect([status, body.error?.message]).toEqual([200, undefined]);
  return SavedTemplate.parse(body);
}

async function names(web: TestWeb): Promise<string[]> {
  const { templates } = TemplateList.parse((await web.ask("GET", "/api/v1/templates")).body);
  return templates.map(({ name }) => name);
}

describe("the templates of the lab", () => {
  it("are saved under any name that a person may give, and told in their order", async () => {
    const web = await runningWeb();
    const saved = await save(web, "Mais / größer? 100 % “a” #1", { by: "Ada" });
    expect(saved).toMatchObject({ savedBy: "Ada", mapping, plan });
    await save(web, "  a.b ");
    expect(await names(web)).toEqual(["a.b", "Mais / größer? 100 % “a” #1"]);
    expect((await web.ask("GET", pathOf(saved.name))).body).toEqual(saved);
    expect((await web.ask("GET", pathOf("none"))).status).toBe(404);
  });

  it("take no one's place unseen: a 409 says who saved the one that is there, and when", async () => {
    const web = await runningWeb();
    const first = await save(web, "Panels", { by: "Ada" });
    const refused = await put(web, "Panels", { by: "Ben" });
    expect(refused.status).toBe(409);
    expect(refused.body.error).toMatchObject({ code: "conflict" });
    expect(refused.body.error.message).toContain(`“Panels”: saved by Ada at ${first.savedAt}`);
    const second = await save(web, "Panels", { by: "Ben", version: first.version });
    const late = await put(web, "Panels", { by: "Cleo", version: first.version });
    expect(late.status).toBe(409);
    expect(late.body.error.message).toMatch(/changed meanwhile: saved by Ben/);
    expect((await web.ask("GET", pathOf("Panels"))).body).toEqual(second);
    const gone = await put(web, "Others", { version: first.version });
    expect([gone.status, gone.body.error.message]).toEqual([409, "“Others” is gone meanwhile."]);
  });

  it("let one of many win who save under one name at the same time", async () => {
    const web = await runningWeb();
    const saves = ["Ada", "Ben", "Cleo", "Dan"].map((by) => put(web, "Panels", { by }));
    const statuses = (await Promise.all(saves)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(3);
    expect(await names(web)).toEqual(["Panels"]);
  });

  it("are renamed and deleted as they were seen, and put back as they were", async () => {
    const web = await runningWeb();
    const first = await save(web, "Panels", { by: "Ada" });
    await save(web, "Lists");
    const rename = (name: string, body: object) =>
      web.ask("POST", `${pathOf(name)}/rename`, { by: "Ben", ...body });
    expect((await rename("Panels", { to: "Lists" })).status).toBe(409);
    expect((await rename("Panels", { to: "New", version: "old" })).status).toBe(409);
    expect((await rename("none", { to: "New" })).status).toBe(404);
    const renamed = SavedTemplate.parse((await rename("Panels", { to: " New " })).body);
    expect(renamed).toEqual({ ...first, name: "New", version: renamed.version });
    expect(renamed.version).not.toBe(first.version);
    expect(await names(web)).toEqual(["Lists", "New"]);

    const remove = (name: string, query: string) => web.ask("DELETE", `${pathOf(name)}?${query}`);
    expect((await remove("New", `version=${first.version}`)).status).toBe(409);
    expect(await remove("New", `version=${renamed.version}&by=Ben`)).toEqual({
      status: 200,
      body: renamed,
    });
    expect(await names(web)).toEqual(["Lists"]);
    expect((await remove("New", "")).status).toBe(404);
    const { savedBy, savedAt } = renamed;
    const back = await save(web, "New", { by: "Ben", saved: { by: savedBy, at: savedAt } });
    expect(back).toEqual({ ...renamed, version: back.version });
  });

  it("are read by all who may sign in, and changed by who may submit", async () => {
    const [writer, reader] = [await hashPassword("w"), await hashPassword("r")];
    const { usersOf } = parseConfiguration(
      JSON.stringify({
        users: [
          { name: "writer", passwordHash: writer, role: "submit" },
          { name: "reader", passwordHash: reader, role: "read" },
        ],
      }),
      "web.json",
    );
    const web = await runningWeb({ usersOf });
    const as = async (name: string, word: string): Promise<TestWeb> => {
      const headers = { "X-Username": name, "X-Password": word };
      const signedIn = await fetch(`${web.url}/gobii-dev/gobii/v1/auth`, {
        method: "POST",
        headers,
      });
      const authorization = `Bearer ${signedIn.headers.get("x-auth-token")}`;
      return {
        ...web,
        ask: async (method, path, body) => {
          const response = await fetch(web.url + path, {
            method,
            headers: { authorization, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          return { status: response.status, body: await response.json() };
        },
      };
    };
    await save(await as("writer", "w"), "Panels");
    const readOnly = await as("reader", "r");
    expect(await names(readOnly)).toEqual(["Panels"]);
    expect((await put(readOnly, "Lists")).status).toBe(403);
    expect((await readOnly.ask("DELETE", pathOf("Panels"))).status).toBe(403);
  });

  it("are told of as events, with who did it", async () => {
    const web = await runningWeb();
    const { version } = await save(web, "Panels", { by: "Ada" });
    await save(web, "Panels", { by: "Ben", version });
    await web.ask("POST", `${pathOf("Panels")}/rename`, { to: "New", by: "Cleo" });
    await web.ask("DELETE", `${pathOf("New")}?by=Dan`);
    const { events } = (await web.ask("GET", "/api/v1/events/latest?limit=10")).body;
    expect(events).toMatchObject([
      { type: "template_saved", message: "“Panels”.", by: "Ada" },
      {
        type: "template_saved",
        message: expect.stringContaining("in place of the one saved by Ada"),
        by: "Ben",
      },
      { type: "template_renamed", message: "“Panels” is “New” now.", by: "Cleo" },
      { type: "template_removed", message: "“New”.", by: "Dan" },
    ]);
  });

  it("are bounded in number and size, and refused with what is wrong", async () => {
    const store = createMemoryStore();
    const web = await runningWeb({ openStore: async () => store });
    const one = await save(web, "0");
    const many = Array.from({ length: mostTemplates }, (_, n) => ({ ...one, name: String(n) }));
    await store.setSetting("templates", many);
    const full = await put(web, "one more");
    expect([full.status, full.body.error.message]).toEqual([
      409,
      "There are 200 templates, and no room for more.",
    ]);
    await save(web, "0", { version: one.version });

    const columns = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [n, "marker"]));
    const wrong: readonly [string, object, string][] = [
      ["x", { mapping: { ...mapping, columns } }, "at most 200"],
      ["x", { mapping: { ...mapping, format: "EXCEL" } }, "mapping.format"],
      ["x", { plan: { ...plan, parts: ["everything"] } }, "plan.parts"],
      [" ", {}, "name"],
      ["a\nb", {}, "control characters"],
      ["a".repeat(101), {}, "name"],
    ];
    for (const [name, more, said] of wrong) {
      const { status, body } = await put(web, name, more);
      expect([name, status]).toEqual([name, 400]);
      expect(body.error.message).toContain(said);
    }
  });

  it("of another version of the service are kept, though not understood", async () => {
    const store = createMemoryStore();
    const web = await runningWeb({ openStore: async () => store });
    const stranger = { name: "Later", mapping: { format: "ORACLE" } };
    await store.setSetting("templates", [stranger]);
    await save(web, "Panels");
    expect(await names(web)).toEqual(["Panels"]);
    expect(await store.setting("templates")).toMatchObject([stranger, { name: "Panels" }]);
  });
});
