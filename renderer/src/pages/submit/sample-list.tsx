import { Button, Checkbox, Skeleton } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { submitSample, type Sample } from "../../api/instructions.ts";
import { tellError } from "../../components/tell.ts";
import { useYourName } from "../../components/your-name.ts";
import classes from "./sample-list.module.css";

/** What ships to be tried out. Each makes a job with files of its own. */
export function SampleList({ samples }: { samples: readonly Sample[] | undefined }) {
  const [, navigate] = useLocation();
  const [yourName] = useYourName();
  const [hold, setHold] = useState(false);
  const submit = useMutation({
    mutationFn: (name: string) =>
      submitSample(name, {
        ...(hold ? { hold } : {}),
        ...(yourName === "" ? {} : { submittedBy: yourName }),
      }),
    onSuccess: ({ job }) => navigate(`/jobs/${job.id}`),
    onError: (error) => tellError("The sample was not submitted", error),
  });
  return (
    <div className={classes["samples"]}>
      <p className={classes["lead"]}>
        Small data sets that ship with Digester. Submitting one copies its files into the data
        directory and makes a job of it.
      </p>
      <ul className={classes["list"]}>
        {samples === undefined
          ? [1, 2, 3].map((n) => <Skeleton key={n} height={56} mt="md" animate={false} />)
          : samples.map((sample) => (
              <li key={sample.name} className={classes["sample"]}>
                <div>
                  <h2 className={classes["title"]}>{sample.title}</h2>
                  <p className={classes["text"]}>{sample.description}</p>
                  <p className={classes["tables"]}>{sample.tables.join(" · ")}</p>
                </div>
                <Button
                  onClick={() => submit.mutate(sample.name)}
                  loading={submit.isPending && submit.variables === sample.name}
                  disabled={submit.isPending && submit.variables !== sample.name}
                  aria-label={`Submit ${sample.title}`}
                >
                  Submit
                </Button>
              </li>
            ))}
      </ul>
      <Checkbox
        mt="md"
        size="sm"
        label="Hold: keep the job, do not start it"
        checked={hold}
        onChange={(event) => setHold(event.currentTarget.checked)}
      />
    </div>
  );
}
