import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";
import { LoadPlan, Mapping } from "../../../../../services/contract/saved-template.ts";

/** What a person has set for a kind of file, kept in this browser under a name. */
const SavedTemplate = z.object({ name: z.string(), mapping: Mapping, plan: LoadPlan });
type SavedTemplate = z.infer<typeof SavedTemplate>;

/** What another version of the console has kept and this one does not understand is passed over. */
function read(text: string | undefined): SavedTemplate[] {
  try {
    const list = z.array(z.unknown()).parse(JSON.parse(text ?? "[]"));
    return list.flatMap((one) => SavedTemplate.safeParse(one).data ?? []);
  } catch {
    return [];
  }
}

export function useSavedTemplates() {
  const [templates, setTemplates] = useLocalStorage<SavedTemplate[]>({
    key: "digester-templates",
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: read,
    serialize: (list) => JSON.stringify(list),
  });
  return {
    templates,
    /** Takes the place of one with the same name. */
    save: (template: SavedTemplate) =>
      setTemplates((before) =>
        [...before.filter(({ name }) => name !== template.name), template].toSorted((a, b) =>
          a.name.localeCompare(b.name),
        ),
      ),
    remove: (name: string) =>
      setTemplates((before) => before.filter((template) => template.name !== name)),
  };
}
