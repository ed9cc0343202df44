import { Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./notice.module.css";

interface NoticeProps {
  readonly icon: Icon;
  readonly title: string;
  /** An error is told by colour too. */
  readonly kind?: "empty" | "error";
  readonly children?: ReactNode;
}

/** An empty page that teaches: what goes here, and the one thing that starts it. */
export function Notice({ icon: Shape, title, kind = "empty", children }: NoticeProps) {
  return (
    <div
      className={classes["notice"]}
      data-kind={kind}
      {...(kind === "error" ? { role: "alert" } : {})}
    >
      <Shape size={28} stroke={1.5} aria-hidden />
      <Text fw={600}>{title}</Text>
      {children}
    </div>
  );
}
