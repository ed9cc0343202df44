import type { About } from "../../contract/api.ts";
import type { ServiceConfiguration } from "../../contract/service.ts";
import type { Crop } from "../crop.ts";
import type { EventStream } from "../event-stream.ts";
import type { ClusterBook } from "../jobs/cluster-book.ts";
import type { DigesterDirectory } from "../jobs/digester-directory.ts";
import type { Placer } from "../jobs/placer.ts";
import type { UndoLog } from "../jobs/undo-log.ts";
import type { StatisticsKeeper } from "../jobs/statistics.ts";
import type { Store } from "../store/store.ts";

/** What the routes of the own API work with. */
export interface ApiDeps {
  readonly store: Store;
  readonly crops: readonly Crop[];
  readonly directory: DigesterDirectory;
  readonly clusters: ClusterBook;
  readonly placer: Pick<Placer, "retell">;
  readonly stream: Pick<EventStream, "open">;
  readonly undos: UndoLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly about: About;
  readonly configuration: ServiceConfiguration;
  readonly statistics: Pick<StatisticsKeeper, "read">;
  /** The newest lines of the log, without secrets. */
  readonly recentLog: () => readonly string[];
  /** Where the samples lie that ship with the product; null when none do. */
  readonly samplesDir: string | null;
  /** The callback base for a digester that reached us under this name; null: the one we go by. */
  readonly callbackUrlFor: (host: string | null | undefined) => string;
}
