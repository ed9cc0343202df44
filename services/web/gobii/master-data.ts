import type { Outcome } from "./envelope.ts";

/**
 * What the loader asks of GOBii's database when it starts: contacts, and the names that fill its lists. Without a GOBii
 * server behind this face nobody knows them, and the loader can live with empty lists.
 */
export const masterDataPaths = [
  "/gobii/v1/contact-search",
  "/gobii/v1/contact-search/:userName",
  "/gobii/v1/names/:entity",
];

export const noMasterData: Outcome = { status: 201, items: [] };
