import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { base, envelopeOf, password, startFace, user, type Face } from "./test-client.ts";
import { allGenerations, posted } from "./test-requests.ts";

let face: Face;
beforeAll(async () => {
  face = await startFace();
});
afterAll(() => face.close());

const signIn = (headers: Record<string, string>, body = "empty") =>
  face.call("POST", `${base}/auth`, { headers, body });

describe("configsettings", () => {
  it("needs no sign-in and names where to talk to and where the files are", async () => {
    const reply = await face.call("GET", `${base}/configsettings`, {
      headers: { "X-Auth-Token": "" },
    });
    expect(reply.status).toBe(200);
    expect(envelopeOf(reply)).toEqual({
      payload: {
        linkCollection: {
          linksPerDataItem: [
            {
              href: "/gobii-dev//gobii/v1/configsettings/1",
              description:
                "Link to class org.gobiiproject.gobiimodel.dto.system.ConfigSettingsDTO, id 1",
              methods: [],
            },
          ],
          exploreLinksPerDataItem: [],
        },
        data: [
          {
            allowedProcessTypes: [],
            serverConfigs: {
              dev: {
                port: 8080,
                domain: "compute.example.org",
                contextRoot: "/gobii-dev/",
                gobiiCropType: "dev",
                fileLocations: {
                  RAW_USER_FILES: `${face.root}/files/`,
                  LOADER_INSTRUCTIONS: `${face.root}/loader/instructions/`,
                  LOADER_INTERMEDIATE_FILES: `${face.root}/loader/digest/`,
                  EXTRACTOR_INSTRUCTIONS: `${face.root}/extractor/instructions/`,
                },
              },
            },
            serverCapabilities: { KDC: false, BRAPI: true },
            id: 1,
          },
        ],
      },
      header: {
        gobiiProcessType: "READ",
        dtoHeaderAuth: { userName: null, password: null, token: null, gobiiCropType: null },
        status: { succeeded: true, statusMessages: [], statusMessagesByCode: {} },
        gobiiVersion: "GOBII Server 2.1",
        cropType: null,
      },
    });
  });

  it.each(allGenerations)(
    "sends what %s knows once the token is known for it",
    async (generation) => {
      const token = await face.signIn();
      const { body } = posted(generation, face.root, `settings-${generation}`);
      await face.call("POST", `${base}/instructions/loader`, { token, body });
      const { payload, header } = envelopeOf(
        await face.call("GET", `${base}/configsettings`, { token }),
      );
      const isV2 = generation !== "v1.1";
      expect("maxUploadSizeMbytes" in (payload.data[0] ?? {})).toBe(isV2);
      expect("pagination" in header).toBe(isV2);
      expect(Object.keys(header.dtoHeaderAuth)).toHaveLength(generation === "v2.2" ? 0 : 4);
    },
  );
});

describe("signing in", () => {
  it("answers with the token under a header name in exactly this case", async () => {
    const reply = await signIn({ "X-Username": user, "X-Password": password });
    expect(reply.status).toBe(200);
    const names = reply.rawHeaders.filter((_, index) => index % 2 === 0);
    expect(names).toEqual(
      expect.arrayContaining(["X-Auth-Token", "Gobii-Crop-Type", "X-Username", "Content-Type"]),
    );
    const token = reply.headers["x-auth-token"];
    expect(Buffer.from(String(token), "base64")).toHaveLength(32);
    expect(reply.headers).toMatchObject({ "gobii-crop-type": "dev", "x-username": user });
    expect(JSON.parse(reply.text)).toEqual({
      userName: user,
      password: null,
      token,
      gobiiCropType: "dev",
    });
  });

  it("gives each sign-in a token of its own", async () => {
    expect(await face.signIn()).not.toBe(await face.signIn());
  });

  it.each([
    ["no names", { "Gobii-Crop-Type": "dev" }],
    ["a wrong password", { "X-Username": user, "X-Password": "wrong" }],
    ["an unknown user", { "X-Username": "nobody", "X-Password": password }],
    ["an empty password", { "X-Username": user, "X-Password": "" }],
    ["an unknown token", { "X-Auth-Token": "dG9rZW4=" }],
  ])("answers 401 and no body to %s", async (_, headers) => {
    const reply = await signIn(headers);
    expect(reply.status).toBe(401);
    expect(reply.text).toBe("");
    expect(reply.headers).not.toHaveProperty("x-auth-token");
  });
});

describe("the filter before every call", () => {
  it.each([
    ["GET", "/jobs"],
    ["GET", "/instructions/loader/x"],
    ["POST", "/instructions/loader"],
    ["PUT", "/jobs/x"],
    ["GET", "/no-such-thing"],
  ])("refuses %s %s without credentials", async (method, path) => {
    expect((await face.call(method, base + path, { token: "x" })).status).toBe(401);
  });

  it("takes a token as X-Auth-Token and as Bearer, and repeats it", async () => {
    const token = await face.signIn();
    for (const headers of [{ "X-Auth-Token": token }, { Authorization: `Bearer ${token}` }]) {
      const reply = await face.call("GET", `${base}/jobs/unknown`, { headers });
      expect(reply.status).toBe(201);
      expect(reply.headers["x-auth-token"]).toBe(token);
      expect(reply.headers).not.toHaveProperty("x-username");
    }
  });

  it("takes name and password on any URL, and one token serves them all", async () => {
    const headers = { "X-Username": user, "X-Password": password };
    const replies = await Promise.all([
      face.call("GET", `${base}/jobs/unknown`, { headers }),
      face.call("GET", `${base}/jobs`, { headers }),
    ]);
    expect(replies.map((reply) => reply.status)).toEqual([201, 201]);
    const again = await face.call("GET", `${base}/jobs`, { headers });
    const later = await face.call("GET", `${base}/jobs`, { headers });
    expect(later.headers["x-auth-token"]).toBe(again.headers["x-auth-token"]);
    expect(later.headers["x-username"]).toBe(user);
  });

  it("does not take more than one value", async () => {
    const token = await face.signIn();
    const reply = await face.call("GET", `${base}/jobs`, {
      headers: { "X-Auth-Token": `${token}, x` },
    });
    expect(reply.status).toBe(401);
  });
});

describe("what is not there", () => {
  it("is a plain 404", async () => {
    const token = await face.signIn();
    for (const path of [
      `${base}/contacts`,
      `${base}/`,
      "/gobii-dev/",
      "/gobii-dev/gobii/v2/jobs",
    ]) {
      const reply = await face.call("GET", path, { token });
      expect([reply.status, reply.headers["content-type"]]).toEqual([
        404,
        "text/plain; charset=utf-8",
      ]);
    }
  });

  it("is a plain 400 where the path cannot be decoded", async () => {
    const token = await face.signIn();
    const reply = await face.call("GET", `${base}/jobs/%E9`, { token });
    expect(reply.status).toBe(400);
    expect(reply.text).not.toContain("    at ");
  });
});
