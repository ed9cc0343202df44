import { Modal } from "@mantine/core";
import { AttachForm } from "./attach-form.tsx";

export function AttachDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Attach a digester" size="sm">
      <AttachForm onAttached={onClose} onLeave={onClose} />
    </Modal>
  );
}
