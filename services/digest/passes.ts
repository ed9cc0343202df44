import type { MatrixPlan, TablePlan } from "./plan.ts";

/** The plan of the table `marker`, where the load makes it. */
export function markerPlan(plans: readonly TablePlan[]): TablePlan | undefined {
  return plans.find((plan) => plan.table === "marker");
}

/** Tables of the same source and delimiter are read together; the matrix comes last where it needs the marker table. */
export function planPasses(plans: readonly TablePlan[]): TablePlan[][] {
  const groups = new Map<string, TablePlan[]>();
  const late: TablePlan[] = [];
  const matrix = plans.find((plan) => plan.kind === "matrix");
  for (const plan of plans) {
    if (plan.kind === "empty" || plan === matrix) continue;
    const group = groups.get(keyOf(plan));
    if (group === undefined) groups.set(keyOf(plan), [plan]);
    else group.push(plan);
  }
  if (matrix?.kind === "matrix") {
    const group = groups.get(keyOf(matrix));
    const marker = markerPlan(plans);
    if (
      group === undefined ||
      (matrix.isVcf && marker !== undefined && !isAhead(marker, matrix, group))
    )
      late.push(matrix);
    else group.push(matrix);
  }
  return [...groups.values(), ...(late.length > 0 ? [late] : [])];
}

function keyOf(plan: TablePlan): string {
  return JSON.stringify([plan.source, plan.delimiterPattern, plan.sourceFormat, plan.quotes]);
}

/** Whether each marker is read before the row of its calls, so that one pass does for both. */
function isAhead(marker: TablePlan, matrix: MatrixPlan, group: readonly TablePlan[]): boolean {
  if (marker.kind !== "columns" || !group.includes(marker)) return false;
  const first = marker.columns.find((column) => column.type === "CSV_COLUMN");
  return (first?.row ?? 0) <= matrix.row;
}
