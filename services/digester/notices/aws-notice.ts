import { z } from "zod";
import { AppError } from "../../contract/errors.ts";
import { askMetadata } from "./metadata.ts";
import type { NoticeSource } from "./notice.ts";

const Action = z.object({ action: z.string(), time: z.string() });

/** Seconds that a session token of the metadata service holds. */
const TOKEN_SECONDS = 21_600;

/**
 * EC2 says two minutes before that it takes a spot instance back, by `spot/instance-action`, which is 404 until then. Asked
 * with a session token (IMDSv2), which is also what instances want that refuse the older way.
 * Source: "Spot Instance interruption notices" and "Use the Instance Metadata Service", EC2 User Guide.
 */
export function awsNotice(base = "http://169.254.169.254"): NoticeSource {
  const root = base.replace(/\/+$/, "");
  let token: string | null = null;

  const renew = async (signal: AbortSignal): Promise<string> => {
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": String(TOKEN_SECONDS) };
    const answer = await askMetadata(
      `${root}/latest/api/token`,
      { method: "PUT", headers },
      signal,
    );
    if (!answer.ok) throw refused(`${root}/latest/api/token`, answer.status);
    return answer.text();
  };

  return {
    name: "aws",
    check: async (signal) => {
      token ??= await renew(signal);
      const url = `${root}/latest/meta-data/spot/instance-action`;
      const headers = { "x-aws-ec2-metadata-token": token };
      const answer = await askMetadata(url, { headers }, signal);
      if (answer.status === 404) return null;
      if (answer.status === 401) token = null;
      if (!answer.ok) throw refused(url, answer.status);
      const body: unknown = await answer.json().catch(() => null);
      const parsed = Action.safeParse(body);
      if (!parsed.success) throw new AppError("unavailable", `${url}: expected {action, time}.`);
      const { action, time } = parsed.data;
      return { message: `EC2 will ${action} this spot instance at ${time}.` };
    },
  };
}

function refused(url: string, status: number): AppError {
  return new AppError("unavailable", `${url} answered ${status}.`);
}
