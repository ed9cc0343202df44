import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";
import { LoadPlan, Mapping } from "../../../../../services/contract/saved-template.ts";

/** What a person has set for a kind of file, kept in this browser by earlier versions of the console. */
const BrowserTemplate = z.object({ name: z.string(), mapping: Mapping, plan: LoadPlan });
export type BrowserTemplate = z.infer<typeof BrowserTemplate>;

/** What another version of the console has kept and this one does not understand is passed over. */
function read(text: string | undefined): BrowserTemplate[] {
  try {
    const list = z.array(z.unknown()).parse(JSON.parse(text ?? "[]"));
    return list.flatMap((one) => BrowserTemplate.safeParse(one).data ?? []);
  } catch {
    return [];
  }
}

export function useBrowserTemplates() {
  const [templates, setTemplates] = useLocalStorage<BrowserTemplate[]>({
    key: "digester-templates",
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: read,
    serialize: (list) => JSON.stringify(list),
  });
  return {
    templates,
    forget: (name: string) =>
      setTemplates((before) => before.filter((template) => template.name !== name)),
  };
}
