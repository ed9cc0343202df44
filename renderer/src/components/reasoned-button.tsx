import { Button, Tooltip, type ButtonProps } from "@mantine/core";

interface ReasonedButtonProps extends ButtonProps {
  /** Why it cannot be pressed; null when it can. */
  readonly whyNot: string | null;
  readonly onClick: () => void;
}

/** A button that, while it cannot be pressed, says why. It stays reachable by keyboard for that. */
export function ReasonedButton({ whyNot, onClick, ...rest }: ReasonedButtonProps) {
  return (
    <Tooltip label={whyNot} disabled={whyNot === null} multiline maw={280}>
      <Button
        variant="default"
        {...rest}
        {...(whyNot === null ? {} : { "data-disabled": true, "aria-disabled": true })}
        onClick={(event) => {
          if (whyNot === null) onClick();
          else event.preventDefault();
        }}
      />
    </Tooltip>
  );
}
