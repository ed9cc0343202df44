import { Button, Skeleton, Text } from "@mantine/core";
import { IconFlask, IconServer2, IconUpload, type Icon } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { digestersQuery } from "../../api/digesters.ts";
import { samplesQuery, submitSample } from "../../api/instructions.ts";
import { endWelcome } from "../../api/welcome.ts";
import { NoDigester } from "../../components/no-digester.tsx";
import { tellError } from "../../components/tell.ts";
import { formatPlural } from "../../format/numbers.ts";
import { useDesktopEvents } from "../../frame/use-desktop-events.ts";
import iconUrl from "../../../../resources/icons/icon.svg";
import { AttachForm } from "../digesters/attach-form.tsx";
import classes from "./welcome-page.module.css";

/** The first thing that a person sees, once: how to begin. */
export function WelcomePage() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [attaches, setAttaches] = useState(false);
  useDesktopEvents();

  function begin(path: string): void {
    endWelcome(client);
    navigate(path);
  }

  return (
    <main className={classes["page"]}>
      <title>Welcome · Digester</title>
      <div className={classes["column"]}>
        <img src={iconUrl} width={40} height={40} alt="" />
        <h1 className={classes["title"]}>Welcome to Digester</h1>
        <p className={classes["lead"]}>
          It turns genotype files into load-ready tables for GOBii, and shows what happens while it
          happens. How would you like to begin?
        </p>
        <ul className={classes["ways"]}>
          <SampleWay onSubmitted={(id) => begin(`/jobs/${id}`)} />
          <LocalWay onChosen={() => begin("/submit?tab=data")} />
          <Way
            icon={IconServer2}
            title="Attach a digester on another machine"
            about="A node with more room, by its address and token. It must see the same files as this service."
          >
            {attaches ? (
              <AttachForm
                onAttached={() => begin("/digesters")}
                onLeave={() => setAttaches(false)}
              />
            ) : (
              <Button variant="default" onClick={() => setAttaches(true)}>
                Attach…
              </Button>
            )}
          </Way>
        </ul>
        <Button variant="subtle" color="gray" onClick={() => begin("/")}>
          Look around first
        </Button>
      </div>
    </main>
  );
}

function SampleWay({ onSubmitted }: { onSubmitted: (id: number) => void }) {
  const { data: samples } = useQuery(samplesQuery);
  const submit = useMutation({
    mutationFn: (name: string) => submitSample(name, {}),
    onSuccess: ({ job }) => onSubmitted(job.id),
    onError: (error) => tellError("The sample was not submitted", error),
  });
  if (samples === null) return null;
  const sample = samples?.[0];
  return (
    <Way
      icon={IconFlask}
      title="Try it on a sample"
      about={
        sample === undefined
          ? "A small data set that ships with Digester."
          : `${sample.title}: ${sample.description}`
      }
    >
      <Button
        data-autofocus
        loading={submit.isPending}
        disabled={sample === undefined}
        onClick={() => {
          if (sample !== undefined) submit.mutate(sample.name);
        }}
      >
        Load the sample
      </Button>
    </Way>
  );
}

function LocalWay({ onChosen }: { onChosen: () => void }) {
  const { data: digesters } = useQuery(digestersQuery);
  const here = digesters?.find(({ reachable }) => reachable);
  if (digesters !== undefined && here === undefined) {
    return (
      <li className={classes["way"]}>
        <NoDigester />
      </li>
    );
  }
  const workers = here?.status?.workers;
  return (
    <Way
      icon={IconUpload}
      title="Load a file of your own"
      about={
        here === undefined ? (
          <Skeleton component="span" display="inline-block" width={280} height={12} />
        ) : (
          <>
            The digester <span className="mono">{here.status?.host ?? here.id}</span> is ready
            {workers !== undefined && `, for ${formatPlural(workers, "load")} at once`}. HapMap,
            VCF, KASP and other formats are recognised; nothing is loaded before you have seen what
            it makes.
          </>
        )
      }
    >
      <Button variant="default" onClick={onChosen}>
        Choose a file
      </Button>
    </Way>
  );
}

interface WayProps {
  readonly icon: Icon;
  readonly title: string;
  readonly about: ReactNode;
  readonly children: ReactNode;
}

function Way({ icon: Shape, title, about, children }: WayProps) {
  return (
    <li className={classes["way"]}>
      <Shape size={22} stroke={1.5} aria-hidden />
      <div>
        <h2 className={classes["name"]}>{title}</h2>
        <Text component="p" size="sm" c="dimmed">
          {about}
        </Text>
        <div className={classes["act"]}>{children}</div>
      </div>
    </li>
  );
}
