import { Skeleton } from "@mantine/core";

/** The shape of a job's page before it is known. */
export function JobSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading the job">
      <Skeleton height={26} width={160} animate={false} />
      <Skeleton height={40} mt={24} width="70%" animate={false} />
      <Skeleton height={22} mt={24} animate={false} />
      <Skeleton height={34} mt={24} width={280} animate={false} />
      <Skeleton height={160} mt={24} animate={false} />
    </div>
  );
}
