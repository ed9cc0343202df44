import { Select } from "@mantine/core";
import { IconArrowsSort } from "@tabler/icons-react";
import { JobSort } from "../../../../services/contract/api.ts";
import classes from "./jobs-page.module.css";

const sorts: readonly { value: JobSort; label: string }[] = [
  { value: "-id", label: "Newest first" },
  { value: "id", label: "Oldest first" },
  { value: "-updatedAt", label: "Last updated first" },
  { value: "updatedAt", label: "Longest unchanged first" },
  { value: "-priority", label: "Highest priority first" },
  { value: "key", label: "Name, A to Z" },
];

/** Stands in for the heads of columns where there is no room for them. */
export function SortSelect({
  value,
  onChange,
}: {
  value: JobSort;
  onChange: (sort: JobSort) => void;
}) {
  return (
    <Select
      aria-label="Order"
      className={classes["sort"] ?? ""}
      allowDeselect={false}
      leftSection={<IconArrowsSort size={15} aria-hidden />}
      data={[...sorts]}
      value={value}
      onChange={(next) => {
        const sort = JobSort.safeParse(next);
        if (sort.success) onChange(sort.data);
      }}
    />
  );
}
