/**
 * DTrace 2.0.7 looks for tracefs at /sys/kernel/debug/tracing and nowhere else (include/tracefs.h). It is
 * mounted there in a mount namespace that ends with the program: nothing outside changes. A tmpfs stands in for
 * debugfs, whose automounting of tracefs Linux will remove in 2030. Can go when DTrace asks /sys/kernel/tracing.
 */
export const tracingDirectory = '/sys/kernel/debug/tracing';

const mountThenRun = [
  'mount -t tmpfs tmpfs /sys/kernel/debug',
  `mkdir ${tracingDirectory}`,
  `mount -t tracefs tracefs ${tracingDirectory}`,
  'exec "$@"',
].join(' && ');

/** The argv that runs `argv` with tracefs in place; needs root. */
export function withTracefs(argv: readonly string[]): readonly string[] {
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mountThenRun, 'sh', ...argv];
}
