import { Dialog } from "../../components/dialog.tsx";
import { AttachForm } from "./attach-form.tsx";

export function AttachDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Attach a digester" onClose={onClose}>
      <AttachForm onAttached={onClose} onLeave={onClose} />
    </Dialog>
  );
}
