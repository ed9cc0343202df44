import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";

/** Of which ends of loads a person wants to be told while they look elsewhere. */
const WishedNotices = z.object({ completed: z.boolean(), failed: z.boolean() });
export type WishedNotices = z.infer<typeof WishedNotices>;

/** The desktop tells of both unless the person says otherwise; a browser has to be allowed to first. */
const both: WishedNotices = { completed: true, failed: true };

/** Kept in this browser. */
export function useWishedNotices(): [WishedNotices, (wished: WishedNotices) => void] {
  const [wished, setWished] = useLocalStorage<WishedNotices>({
    key: "digester-notices",
    defaultValue: both,
    getInitialValueInEffect: false,
    deserialize: (text) => readWished(text) ?? both,
  });
  return [wished, setWished];
}

function readWished(text: string | undefined): WishedNotices | null {
  try {
    return WishedNotices.safeParse(JSON.parse(text ?? "")).data ?? null;
  } catch {
    return null;
  }
}
