/** Which Debian mirror this machine uses, from its own configuration: no host is named by us. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns the address as apt takes it, or null where the machine has none */
export function findDebianMirror(aptDirectory = '/etc/apt'): string | null {
  for (const text of sourceFiles(aptDirectory)) {
    for (const address of addressesIn(text)) if (isDebian(address)) return address.replace(/\/$/, '');
  }
  return null;
}

function sourceFiles(aptDirectory: string): string[] {
  const parts = join(aptDirectory, 'sources.list.d');
  const names = existsSync(parts) ? readdirSync(parts).sort() : [];
  return [
    ...names.filter((name) => name.endsWith('.sources')).map((name) => join(parts, name)),
    join(aptDirectory, 'sources.list'),
    ...names.filter((name) => name.endsWith('.list')).map((name) => join(parts, name)),
  ]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
}

/** `URIs: A B` of deb822 files, `deb [options] A suite ...` of the old ones (sources.list(5)). */
function addressesIn(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const many = /^URIs:\s*(.+)$/i.exec(line);
    if (many) return (many[1] ?? '').trim().split(/\s+/);
    const one = /^deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s/.exec(line);
    return one ? [one[1] ?? ''] : [];
  });
}

/** The main archive, not debian-security: by a path of its own, through a snapshot, or as a list of mirrors. */
function isDebian(address: string): boolean {
  return /\/debian\/?$|\/archive\/debian\/\d{8}T\d{6}Z\/?$|^mirror\S*\/debian(\.list)?$/.test(address);
}
