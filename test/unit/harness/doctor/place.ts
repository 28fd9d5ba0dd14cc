/** A place to look at, of which a test changes what it is about. */
import type { Place } from '../../../../harness/doctor/check.ts';
import { currentHost } from '../../../../harness/host.ts';

export const somewhere: Place = {
  host: currentHost(),
  environment: { PATH: process.env['PATH'] },
  workingDirectory: '/',
  user: { uid: 1000 },
  system: { platform: 'linux', type: 'Linux', release: '6.18.1', architecture: 'x64', node: '20.19.0' },
  network: 'unasked',
};
