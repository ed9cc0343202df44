const LOOK_EVERY_MS = 300;

/**
 * Ends this process as SIGTERM does once whoever started it is gone. npm hands a signal on to the shell that it runs a script
 * with, and that shell dies of it without a word to us: an interrupted command would go on to its end, and a service for ever.
 * Windows does not tell, and nothing is done there.
 */
export function endWhenOrphaned(): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_EVERY_MS);
  watch.unref();
}
