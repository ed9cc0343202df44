import { Modal } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog that is there while it is open. Once it is gone, whoever goes by keyboard is where they were before. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // After the dialog is taken out, unless something else has taken the focus.
      setTimeout(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body;
        if (isLost && before instanceof HTMLElement) before.focus({ preventScroll: true });
      });
    },
    [before],
  );
  return (
    <Modal opened onClose={onClose} title={title} size="sm">
      {children}
    </Modal>
  );
}
