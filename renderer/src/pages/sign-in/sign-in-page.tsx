import iconUrl from "../../../../resources/icons/icon.svg";
import { Anchor, Button, PasswordInput, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { aboutQuery, signedInQuery } from "../../api/about.ts";
import classes from "./sign-in-page.module.css";

/** Where one lands without the cookie. The service answers the token with the cookie and the console. */
export function SignInPage() {
  const [token, setToken] = useState("");
  const client = useQueryClient();
  const { data: about } = useQuery(signedInQuery);
  useEffect(() => {
    if (about !== undefined) client.setQueryData(aboutQuery.queryKey, about);
  }, [about, client]);

  function signIn(event: FormEvent): void {
    event.preventDefault();
    const wanted = token.trim();
    if (wanted !== "") window.location.assign(`/?token=${encodeURIComponent(wanted)}`);
  }

  return (
    <main className={classes["page"]}>
      <title>Sign in · Digester</title>
      <form className={classes["form"]} onSubmit={signIn}>
        <img src={iconUrl} width={36} height={36} alt="" />
        <h1 className={classes["title"]}>Sign in to Digester</h1>
        <Text size="sm" c="dimmed">
          Paste the access token. It stands in the first line that <code>services web</code> or{" "}
          <code>services all</code> prints when it starts; the administrator of a shared service has
          it too.
        </Text>
        <PasswordInput
          label="Access token"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <Button type="submit" size="sm" disabled={token.trim() === ""}>
          Sign in
        </Button>
        <Text size="xs" c="dimmed">
          Already signed in elsewhere?{" "}
          <Anchor href="/" underline="always">
            Reload
          </Anchor>
        </Text>
      </form>
    </main>
  );
}
