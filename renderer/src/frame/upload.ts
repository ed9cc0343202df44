import { createContext, use } from "react";
import { z } from "zod";

/** Data files that lie where the service can read them, kept with the Submit page in the browser's history. */
export const ChosenFiles = z.object({
  /** Absolute, on the machine of the web service. */
  dataFiles: z.array(z.string().min(1)),
  /** null: the first one. */
  crop: z.string().nullable(),
});
export type ChosenFiles = z.infer<typeof ChosenFiles>;

/** The one upload that may be under way; it goes on while the person looks at other pages. */
export interface Upload {
  /** null: none is. */
  readonly sending: Sending | null;
  readonly send: (files: readonly File[], crop: string | null) => void;
  readonly stop: () => void;
}

export interface Sending {
  readonly name: string;
  /** Of the bytes of all files, 0 to 1. */
  readonly share: number;
}

export const UploadContext = createContext<Upload>({
  sending: null,
  send: () => undefined,
  stop: () => undefined,
});

export function useUpload(): Upload {
  return use(UploadContext);
}
