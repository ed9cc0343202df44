import type pg from "pg";

/** Events of one partition: vacuum and indexes stay small, and what a site wants to be rid of is detached as a whole. */
const size = 1_000_000;

const numberOf = (seq: number): number => Math.floor(seq / size);

/**
 * Makes the partitions of events up to a number. Only who holds the row of `head` may ask.
 *
 * @param last the newest event that there is: the partitions up to it are there.
 */
export async function ensureEventPartitions(
  client: pg.Client,
  last: number,
  to: number,
): Promise<void> {
  const first = last === 0 ? 0 : numberOf(last) + 1;
  for (let number = first; number <= numberOf(to); number++) {
    const name = `event_${String(number).padStart(6, "0")}`;
    const [from, end] = [number * size, (number + 1) * size];
    // Made apart and attached then, so that nobody who reads events has to wait.
    await client.query(`CREATE TABLE IF NOT EXISTS ${name} (LIKE event INCLUDING ALL)`);
    await client.query(
      `DO $$ BEGIN
         IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = '${name}'::regclass) THEN
           ALTER TABLE event ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${end});
         END IF;
       END $$`,
    );
  }
}
