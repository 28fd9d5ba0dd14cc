/**
 * macOS only: System Integrity Protection keeps dtruss away from the programs of the system, and from the
 * kernel's probes. Never tried on a real machine: made from what csrutil is known to print.
 */
import { runGroup } from '../run/process-group.ts';
import { ok } from './check.ts';
import type { Check, Finding } from './check.ts';

export const integrityProtection: Check = {
  name: 'integrity-protection',
  title: 'SIP',
  neededFor: 'comfort',
  look: async ({ system }) => {
    if (system.platform !== 'darwin') return null;
    const { stdout } = await runGroup({
      argv: ['/usr/bin/csrutil', 'status'],
      cwd: '/',
      env: { LC_ALL: 'C' },
      stdout: 'capture',
      stderr: 'ignore',
      timeoutMs: 5_000,
    });
    return judgeStatus(stdout);
  },
};

/** @param text of `csrutil status` */
export function judgeStatus(text: string): Finding {
  const said = text.trim().split('\n')[0] ?? '';
  if (/status: disabled/i.test(said)) return ok('disabled');
  return {
    state: 'degraded',
    found: said === '' ? 'csrutil says nothing' : said,
    why: 'DTrace, and dtruss with it, sees no system calls while it is enabled',
    remedy:
      'record on a test machine whose SIP lets DTrace in (csrutil enable --without dtrace, in recovery mode)',
  };
}
