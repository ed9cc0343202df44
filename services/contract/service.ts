import { z } from "zod";
import { DigestSettings } from "./digest-settings.ts";

/** What the one who runs the web service has decided, without anything that is secret. */
export const ServiceConfiguration = z.object({
  /** The configuration file; null: all is by default or from the command line. */
  file: z.string().nullable(),
  /** Where it listens, and where others reach it. */
  url: z.string(),
  publicUrl: z.string(),
  dataDir: z.string(),
  crops: z.array(
    z.object({
      name: z.string(),
      contextPath: z.string(),
      dataRoots: z.array(z.string()),
      /** The GOBii server behind it. */
      upstream: z.string().nullable(),
      /** How its loads are digested. */
      digest: DigestSettings.default({}),
    }),
  ),
  /** The mail server through which contacts are told how loads ended. */
  mail: z.object({ host: z.string(), port: z.number().int(), from: z.string() }).nullable(),
  maxUploadMbytes: z.number().positive(),
  tokenLifeMs: z.number().positive(),
  leaseMs: z.number().positive(),
  /** How often a job is tried again by itself. */
  tries: z.number().int(),
  losses: z.number().int(),
  /** How long settled jobs are kept, and how many of them; null: without end. */
  retention: z.object({ days: z.number().nullable(), jobs: z.number().int().nullable() }),
});
export type ServiceConfiguration = z.infer<typeof ServiceConfiguration>;

/** `GET /diagnostics`: what somebody who helps needs to know. Holds no secret. */
export const Diagnostics = z.object({
  version: z.string(),
  startedAt: z.iso.datetime(),
  madeAt: z.iso.datetime(),
  process: z.object({
    node: z.string(),
    platform: z.string(),
    pid: z.number().int(),
    /** Bytes of memory that the process has. */
    memory: z.number().nonnegative(),
  }),
  configuration: ServiceConfiguration,
  counts: z.record(z.string(), z.number().int()),
  /** The newest lines of the log, as written. */
  log: z.array(z.string()),
});
export type Diagnostics = z.infer<typeof Diagnostics>;

/** A token that a user of the GOBii face holds. */
export const UserToken = z.object({
  /** Stands for the token, which is never shown. */
  id: z.string(),
  user: z.string(),
  role: z.enum(["read", "submit", "admin"]),
  crop: z.string(),
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type UserToken = z.infer<typeof UserToken>;

export const UserTokens = z.object({ tokens: z.array(UserToken) });
