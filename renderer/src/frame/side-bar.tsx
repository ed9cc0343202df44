import iconUrl from "../../../resources/icons/icon.svg";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { aboutQuery } from "../api/about.ts";
import { jobCountsQuery } from "../api/jobs.ts";
import { formatCount, formatPlural } from "../format/numbers.ts";
import { isAt, places } from "./places.ts";
import { Preferences } from "./preferences.tsx";
import classes from "./side-bar.module.css";

/** Where one can go; on a narrow window a bar at the bottom. */
export function SideBar() {
  const [location] = useLocation();
  return (
    <nav className={classes["side"]} aria-label="Main">
      <Link href="/" className={classes["brand"] ?? ""}>
        <img src={iconUrl} width={20} height={20} alt="" />
        Digester
      </Link>
      <ul className={classes["places"]}>
        {places.map(({ path, word, icon: Shape, isInBar }) => (
          <li key={path} data-bar={isInBar}>
            <Link
              href={path}
              className={classes["place"] ?? ""}
              {...(isAt(location, path) ? { "aria-current": "page" as const } : {})}
            >
              <Shape size={17} stroke={1.7} aria-hidden />
              <span>{word}</span>
              {path === "/jobs" && <UnsettledCount />}
            </Link>
          </li>
        ))}
      </ul>
      <div className={classes["foot"]}>
        <CropName />
        <Preferences />
      </div>
    </nav>
  );
}

/** Jobs that are not at their end. */
function UnsettledCount() {
  const { data } = useQuery(jobCountsQuery);
  if (data === undefined) return null;
  const count = data.submitted + data.in_progress;
  return count === 0 ? null : (
    <span
      className={classes["count"]}
      title={`${formatPlural(count, "job")} waiting or in progress`}
    >
      {formatCount(count)}
    </span>
  );
}

function CropName() {
  const { data } = useQuery(aboutQuery);
  if (data === undefined) return <span />;
  const names = data.crops.map((crop) => crop.name).join(", ");
  return (
    <span className={classes["crop"]} title={`Crop ${names} · Digester ${data.version}`}>
      {names}
    </span>
  );
}
