/** What apt's complaints mean for us, in one line with the way out. */
import type { GroupEnd } from '../run/process-group.ts';

const causes: readonly { readonly pattern: RegExp; readonly meaning: string }[] = [
  {
    pattern: /is expired|is not valid yet/i,
    meaning:
      "the mirror's Release file is not valid at this machine's date: set the clock, or use a mirror that is up to date",
  },
  {
    pattern: /is not signed|NO_PUBKEY|EXPKEYSIG|couldn't be verified|signature verification/i,
    meaning: "the mirror's signature does not verify: update the package debian-archive-keyring",
  },
  {
    pattern: /certificate|ca-certificates|SSL|TLS/i,
    meaning: "the mirror's certificate does not verify: install or update the package ca-certificates",
  },
  {
    pattern: /unable to locate package|does not have a Release file|404 {2}Not Found/i,
    meaning: 'the mirror does not have the suite or the package: use a mirror of the whole Debian archive',
  },
  { pattern: /no space left|enough free space/i, meaning: 'the disk is full: make room in the cache' },
  {
    pattern: /resolv|connect|unreachable|timed out|timeout|failed to fetch/i,
    meaning: 'the Debian mirror can not be reached: run make setup again with a network',
  },
];

export function explainAptFailure(end: Pick<GroupEnd, 'stderr' | 'timedOut' | 'exitCode'>): string {
  if (end.timedOut) return 'apt-get did not end in time: run make setup again with a better network';
  const meaning = causes.find(({ pattern }) => pattern.test(end.stderr))?.meaning ?? 'apt-get failed';
  const said = end.stderr.split('\n').find((line) => /^E: /.test(line)) ?? `exit code ${end.exitCode}`;
  return `${meaning} (${said.slice(0, 300)})`;
}
