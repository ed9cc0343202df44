import { Kbd, Modal, Table } from "@mantine/core";
import { commands } from "./commands.ts";

const listed: readonly { readonly keys: string; readonly words: string }[] = [
  { keys: "Ctrl K", words: "Look for a command or a job" },
  ...commands.flatMap(({ keys, words }) => (keys === undefined ? [] : [{ keys, words }])),
];

export function KeyList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="sm">
      <Table withRowBorders={false} verticalSpacing={4}>
        <Table.Tbody>
          {listed.map(({ keys, words }) => (
            <Table.Tr key={keys}>
              <Table.Td w={110}>
                {keys.split(" ").map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{words}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
