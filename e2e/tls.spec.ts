import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { startServices, type DigesterAnnouncement } from "./services-process.ts";

/** Services that speak TLS by themselves, under certificates of a site's own authority. */

const run = promisify(execFile);
const hasOpenssl = await run("openssl", ["version"]).then(
  () => true,
  () => false,
);

test("services with certificates of a site's own authority trust each other, and nobody else", async ({
  playwright,
}) => {
  test.skip(!hasOpenssl, "SKIPPED: openssl is missing (Debian: apt-get install openssl)");
  const directory = await realpath(await mkdtemp(join(tmpdir(), "digester-tls-")));
  const { ca, cert, key } = await makeCertificates(directory);
  const shows = ["--port", "0", "--tls-cert", cert, "--tls-key", key];
  const trusts = { NODE_EXTRA_CA_CERTS: ca, XDG_DATA_HOME: join(directory, "state") };
  const web = await startServices(["web", ...shows, "--data", join(directory, "data")], trusts);
  const { url, token } = web.announcement;
  const joins = ["digester", "--web", url, "--token", token, "--workers", "1"];
  const digester = await startServices<DigesterAnnouncement>([...joins, ...shows], trusts);
  const api = await playwright.request.newContext({
    baseURL: url,
    ignoreHTTPSErrors: true,
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  try {
    expect(url).toMatch(/^https:/);
    expect(digester.announcement.url).toMatch(/^https:/);
    const { job } = (await (await api.post("/api/v1/samples/vcf", { data: {} })).json()) as {
      job: { id: number };
    };
    const status = async (): Promise<unknown> =>
      ((await (await api.get(`/api/v1/jobs/${job.id}`)).json()) as { status: unknown }).status;
    await expect.poll(status, { timeout: 30_000 }).toBe("completed");

    const stranger = run(
      process.execPath,
      ["out/main/services.js", "jobs", "--web", url, "--token", token],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: "" } },
    );
    await expect(stranger).rejects.toThrow(/certificate/i);
  } finally {
    await api.dispose();
    await digester.stop();
    await web.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

test("a certificate that is none is named before anything starts", async () => {
  const directory = await mkdtemp(join(tmpdir(), "digester-tls-"));
  try {
    const file = join(directory, "cert.pem");
    await writeFile(file, "no certificate");
    const web = (...args: string[]) =>
      startServices(["web", "--port", "0", "--data", directory, ...args]);
    await expect(web("--tls-cert", file)).rejects.toThrow(/'--tls-key' are needed together/);
    await expect(web("--tls-cert", file, "--tls-key", file)).rejects.toThrow(
      /cert\.pem.*no certificate and its key/,
    );
    await expect(web("--tls-cert", file, "--tls-key", "/no/such")).rejects.toThrow(
      /\/no\/such cannot be read/,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

/** An authority, and a certificate of it for this machine, good for a day. */
async function makeCertificates(directory: string) {
  const path = (name: string): string => join(directory, name);
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
  await writeFile(path("names"), names);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = ["-x509", "-days", "1", "-subj", "/CN=Site authority"];
  const ca = ["-keyout", path("ca.key"), "-out", path("ca.pem")];
  await run("openssl", ["req", ...authority, ...curve, ...ca]);
  const request = ["-keyout", path("key.pem"), "-out", path("request")];
  await run("openssl", ["req", "-new", "-subj", "/CN=localhost", ...curve, ...request]);
  const signer = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial"];
  const signed = ["-in", path("request"), "-out", path("cert.pem"), "-extfile", path("names")];
  await run("openssl", ["x509", "-req", "-days", "1", ...signer, ...signed]);
  return { ca: path("ca.pem"), cert: path("cert.pem"), key: path("key.pem") };
}
