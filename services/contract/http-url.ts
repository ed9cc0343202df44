import { z } from "zod";

/** The address of a service, as people and configurations give it. */
export const HttpUrl = z.url({
  protocol: /^https?$/,
  error: "expected http://… or https://…",
});
