import { AppError } from "../../contract/errors.ts";
import { askMetadata } from "./metadata.ts";
import type { NoticeSource } from "./notice.ts";

/**
 * Compute Engine turns `instance/preempted` to TRUE thirty seconds before it stops a spot VM. Its answers carry
 * `Metadata-Flavor: Google`; what does not is some other server at that name.
 * Source: "Spot VMs: preemption process" and "View and query VM metadata", Compute Engine documentation.
 */
export function gcpNotice(base = "http://metadata.google.internal"): NoticeSource {
  const url = `${base.replace(/\/+$/, "")}/computeMetadata/v1/instance/preempted`;
  return {
    name: "gcp",
    check: async (signal) => {
      const answer = await askMetadata(url, { headers: { "metadata-flavor": "Google" } }, signal);
      if (!answer.ok || answer.headers.get("metadata-flavor") !== "Google") {
        throw new AppError("unavailable", `${url} answered ${answer.status}, and not as GCP does.`);
      }
      const said = (await answer.text()).trim();
      return said === "TRUE" ? { message: "Compute Engine preempts this spot VM." } : null;
    },
  };
}
