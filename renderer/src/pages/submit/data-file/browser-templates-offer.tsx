import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { AppError } from "../../../../../services/contract/errors.ts";
import type { LoadPlan, Mapping } from "../../../../../services/contract/saved-template.ts";
import { keys } from "../../../api/keys.ts";
import { saveTemplate, templatesQuery } from "../../../api/templates.ts";
import { tellDone, tellError } from "../../../components/tell.ts";
import { actorOf, useYourName } from "../../../components/your-name.ts";
import { formatPlural } from "../../../format/numbers.ts";
import type { BrowserTemplate } from "./browser-templates.ts";
import classes from "./template-select.module.css";

interface BrowserTemplatesOfferProps {
  readonly templates: readonly BrowserTemplate[];
  readonly onMoved: (name: string) => void;
}

/** Offers to move the templates that only this browser has to the web service. What cannot go there stays. */
export function BrowserTemplatesOffer({ templates, onMoved }: BrowserTemplatesOfferProps) {
  const client = useQueryClient();
  const [yourName] = useYourName();
  const move = useMutation({
    /** Returns the names of those that stay, since the lab has others of that name. */
    async mutationFn() {
      const lab = await client.fetchQuery({ ...templatesQuery, staleTime: 0 });
      const stay: string[] = [];
      for (const { name, mapping, plan } of templates) {
        const same = lab.find((one) => one.name === name);
        if (same === undefined) await saveTemplate(name, { mapping, plan, ...actorOf(yourName) });
        if (same === undefined || contentOf(same) === contentOf({ mapping, plan })) onMoved(name);
        else stay.push(`“${name}”`);
      }
      return stay;
    },
    onSuccess: (stay) => {
      if (stay.length === 0) return tellDone("The lab has your templates now.");
      const others = new AppError("conflict", `The lab has others named ${stay.join(", ")}.`, {
        hint: "Choose yours, save it under another name, and forget it here.",
      });
      tellError("Not all of your templates were moved", others);
    },
    onError: (error) => tellError("Not all of your templates were moved", error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.templates }),
  });

  return (
    <p className={classes["evidence"]}>
      {formatPlural(templates.length, "template")} of yours can be used in this browser only.{" "}
      <Button
        variant="subtle"
        size="compact-sm"
        loading={move.isPending}
        onClick={() => move.mutate()}
      >
        Give to the lab
      </Button>
    </p>
  );
}

function contentOf({ mapping, plan }: { mapping: Mapping; plan: LoadPlan }): string {
  return JSON.stringify([mapping, plan]);
}
