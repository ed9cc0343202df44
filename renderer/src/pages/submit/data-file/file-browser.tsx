import { Breadcrumbs, Button, Skeleton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArrowUp, IconFile, IconFolder } from "@tabler/icons-react";
import { useState } from "react";
import type { FileEntry, FileListing } from "../../../../../services/contract/files.ts";
import { filesQuery } from "../../../api/files.ts";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { Ago } from "../../../components/times.tsx";
import { useByteUnits } from "../../../components/units.ts";
import { formatBytes, formatCount } from "../../../format/numbers.ts";
import classes from "./file-browser.module.css";

interface FileBrowserProps {
  readonly crop: string | null;
  readonly onChosen: (path: string) => void;
}

/** What lies below the data roots, as the machine of the web service sees it; and a path for what it does not see. */
export function FileBrowser({ crop, onChosen }: FileBrowserProps) {
  const [path, setPath] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const listing = useQuery(filesQuery(crop, path));
  return (
    <section aria-label="Where the service can read it" className={classes["browser"]}>
      <h2 className={classes["heading"]}>Or one that lies where the service can read it</h2>
      <form
        className={classes["typed"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== "") onChosen(typed.trim());
        }}
      >
        <TextInput
          aria-label="Path of a data file"
          placeholder="/data/maize/run-17.vcf.gz"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          className={classes["path"] ?? ""}
        />
        <Button type="submit" variant="default" disabled={typed.trim() === ""}>
          Open
        </Button>
      </form>
      {listing.isPending && <Skeleton height={160} animate={false} />}
      {listing.isError && (
        <ErrorPanel
          what="The files could not be listed"
          error={listing.error}
          onRetry={() => void listing.refetch()}
        />
      )}
      {listing.data !== undefined && (
        <Listing listing={listing.data} onGo={setPath} onChosen={onChosen} />
      )}
    </section>
  );
}

interface ListingProps {
  readonly listing: FileListing;
  readonly onGo: (path: string) => void;
  readonly onChosen: (path: string) => void;
}

function Listing({ listing, onGo, onChosen }: ListingProps) {
  const { path, parent, roots, entries, total } = listing;
  return (
    <>
      <Breadcrumbs className={classes["where"] ?? ""}>
        {roots.length > 1 &&
          roots.map((root) => (
            <Button key={root} variant="subtle" size="compact-xs" onClick={() => onGo(root)}>
              {root}
            </Button>
          ))}
        <span className="mono">{path}</span>
      </Breadcrumbs>
      <ul className={classes["list"]}>
        {parent !== null && (
          <li>
            <button type="button" className={classes["entry"]} onClick={() => onGo(parent)}>
              <IconArrowUp size={16} aria-hidden />
              <span>One up</span>
            </button>
          </li>
        )}
        {entries.map((entry) => (
          <li key={entry.path}>
            <Entry
              entry={entry}
              onOpen={() => (entry.kind === "directory" ? onGo : onChosen)(entry.path)}
            />
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className={classes["muted"]}>There is no file here.</p>}
      {total > entries.length && (
        <p className={classes["muted"]}>
          {formatCount(entries.length)} of {formatCount(total)} are listed; type the path of any
          other.
        </p>
      )}
    </>
  );
}

function Entry({ entry, onOpen }: { entry: FileEntry; onOpen: () => void }) {
  const [units] = useByteUnits();
  const Shape = entry.kind === "directory" ? IconFolder : IconFile;
  return (
    <button type="button" className={classes["entry"]} onClick={onOpen}>
      <Shape size={16} aria-hidden />
      <span className={classes["name"]}>{entry.name}</span>
      {entry.bytes !== null && (
        <span className={classes["size"]}>{formatBytes(entry.bytes, units)}</span>
      )}
      <span className={classes["when"]}>
        <Ago at={entry.modifiedAt} />
      </span>
    </button>
  );
}
