import { z } from "zod";

/**
 * A call of the digester's own API that waits at the web service, for a digester that cannot be reached and so asks for
 * them. It is given again to whoever asks without having it, until it is answered or given up; `id` tells that it is the same.
 */
export const Errand = z.object({
  id: z.string().min(1),
  method: z.enum(["GET", "POST", "PUT", "DELETE"]),
  /** Path and query, e.g. `/status?since=7`: never another host. */
  path: z.string().regex(/^\/[a-z]/),
  /** The JSON value to send; absent: none. */
  body: z.unknown().optional(),
});
export type Errand = z.infer<typeof Errand>;

/**
 * `POST {callback}/errands`: answered as soon as there are some, with none after five seconds at most. `underWay`: those that
 * it has and is at work on.
 */
export const ErrandRequest = z.object({ underWay: z.array(z.string()).max(1000) });
export type ErrandRequest = z.infer<typeof ErrandRequest>;

export const ErrandList = z.object({ errands: z.array(Errand) });
export type ErrandList = z.infer<typeof ErrandList>;

/** `POST {callback}/errands/{id}?status=…` with the answer as body: 204 taken, 404 nobody waits for it any more. */
export const ErrandAnswerQuery = z.object({ status: z.coerce.number().int().min(200).max(599) });

/** The URL of a digester that asks for its work; its host is for people. */
export const askingUrl = (host: string): string => `asks://${host}`;
/** Whether a URL is such a one. */
export const isAskingUrl = (url: string): boolean => url.startsWith("asks:");
