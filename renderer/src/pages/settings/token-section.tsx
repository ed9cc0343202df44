import { Button, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { coerceError } from "../../../../services/contract/errors.ts";
import { keys } from "../../api/keys.ts";
import { revokeToken, tokensQuery } from "../../api/service.ts";
import { Ago } from "../../components/times.tsx";
import { tellError } from "../../components/tell.ts";
import { Section } from "./section.tsx";
import classes from "./settings-page.module.css";

/** Who is signed in at the loader's face. */
export function TokenSection() {
  const client = useQueryClient();
  const { data, error, isError } = useQuery(tokensQuery);
  const revoke = useMutation({
    mutationFn: revokeToken,
    onError: (thrown) => tellError("The token was not revoked", thrown),
    onSettled: () => client.invalidateQueries({ queryKey: keys.tokens }),
  });
  return (
    <Section
      title="Tokens"
      about="Of people who have signed in with the GOBii loader. A token that is revoked ends at once; they sign in again."
    >
      {isError ? (
        <Text size="sm" c="dimmed">
          {coerceError(error).message}
        </Text>
      ) : data === undefined ? (
        <Skeleton height={40} animate={false} aria-label="Loading the tokens" />
      ) : data.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nobody is signed in.
        </Text>
      ) : (
        <ul className={classes["tokens"]}>
          {data.map(({ id, user, role, crop, issuedAt }) => (
            <li key={id} className={classes["token"]}>
              <span className={classes["user"]}>{user}</span>
              <span className={classes["more"]}>
                {role}, crop {crop}, since <Ago at={issuedAt} />
              </span>
              <Button
                variant="default"
                size="compact-sm"
                aria-label={`Revoke the token of ${user}`}
                loading={revoke.isPending && revoke.variables === id}
                onClick={() => revoke.mutate(id)}
              >
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
