/** What bringing a package from Debian into our cache needs, each missing thing in one line. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findDebianMirror } from './debian-sources.ts';

export interface Machine {
  readonly platform: string;
  readonly architecture: string;
  readonly searchPath: string;
  /** Tells whether a file of the system is there; a parameter for tests. */
  readonly hasFile: (path: string) => boolean;
  readonly debianMirror: string | null;
}

export const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const certificates = '/etc/ssl/certs/ca-certificates.crt';

export function currentMachine(): Machine {
  return {
    platform: process.platform,
    architecture: process.arch,
    searchPath: process.env['PATH'] ?? '',
    hasFile: existsSync,
    debianMirror: findDebianMirror(),
  };
}

/**
 * @param byOtherMeans what to install where there is no Debian, e.g. `strace 5.6 or newer`
 * @returns what is missing, or null
 */
export function missingToInstall(machine: Machine, byOtherMeans: string): string | null {
  for (const program of ['apt-get', 'dpkg']) {
    if (!hasProgram(machine, program)) {
      return `there is no ${program}, so this is no Debian: install ${byOtherMeans} by other means`;
    }
  }
  const mirror = machine.debianMirror;
  if (mirror === null) return 'the sources of apt (/etc/apt) name no Debian mirror';
  if (!machine.hasFile(keyring)) {
    return `there is no ${keyring} to check signatures with: install the package debian-archive-keyring`;
  }
  if (mirror.startsWith('https:') && !machine.hasFile(certificates)) {
    return `the Debian mirror is served over https and there is no ${certificates}: install the package ca-certificates`;
  }
  return null;
}

export function hasProgram({ searchPath, hasFile }: Machine, name: string): boolean {
  return [...searchPath.split(delimiter), '/usr/sbin', '/usr/bin'].some((folder) =>
    hasFile(join(folder, name)),
  );
}
