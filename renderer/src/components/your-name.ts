import { useLocalStorage } from "@mantine/hooks";

/** The name under which a person submits and acts, kept in this browser; empty until it was given. */
export function useYourName(): [string, (name: string) => void] {
  const [name, setName] = useLocalStorage({
    key: "digester-your-name",
    defaultValue: "",
    getInitialValueInEffect: false,
    deserialize: (value) => value ?? "",
    serialize: (value) => value,
  });
  return [name, setName];
}

/** Who an event says did it. */
export function actorOf(name: string): { by: string } {
  return { by: name.trim() === "" ? "the console" : name.trim() };
}
