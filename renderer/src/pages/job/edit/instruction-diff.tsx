import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { JsonMergeViewProps } from "./merge-view.tsx";
import classes from "./edit-page.module.css";

const JsonMergeView = lazy(() => import("./merge-view.tsx"));

/** Two instructions side by side; loaded when it is first needed. */
export function InstructionDiff(props: JsonMergeViewProps) {
  return (
    <div className={classes["diff"]}>
      <Suspense fallback={<Skeleton height={320} animate={false} />}>
        <JsonMergeView {...props} />
      </Suspense>
    </div>
  );
}
