/** The system that runs are made on. Judging what was saved elsewhere works on any. */
import { ok } from './check.ts';
import type { Check, Finding, System } from './check.ts';

export const kernel: Check = {
  name: 'kernel',
  title: 'kernel',
  neededFor: 'repro',
  look: ({ system }) => Promise.resolve(judgeSystem(system)),
};

export function judgeSystem({ platform, type, release, architecture }: System): Finding {
  const found = `${type} ${release}, ${architecture}`;
  if (platform !== 'linux') {
    return {
      state: 'missing',
      found,
      why: 'runs are made on Linux only',
      remedy: 'run it on Linux; afterclose check judges saved traces here too',
    };
  }
  if (architecture !== 'x64') {
    return {
      state: 'degraded',
      found,
      why: 'only x86-64 was tried, and the DTrace program knows no other',
      remedy: 'run it on x86-64 where you can',
    };
  }
  const [major = 0, minor = 0] = release.split('.').map(Number);
  if (major > 6 || (major === 6 && minor >= 6)) return ok(found);
  return {
    state: 'degraded',
    found,
    why: 'before Linux 6.6 close(2) lets go of a socket only on its way back, so fewer lives are certain',
    remedy: 'use Linux 6.6 or newer where verdicts stay unknown',
  };
}
