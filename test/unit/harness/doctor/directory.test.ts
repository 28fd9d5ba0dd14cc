import { expect, test } from 'vitest';
import { formatBytes } from '../../../../harness/doctor/bytes.ts';
import { mountOptions } from '../../../../harness/doctor/directory.ts';

const mountinfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:30 / /home rw,nosuid,noexec shared:1 - tmpfs tmpfs rw
31 27 0:31 / /home/some\\040body rw,nodev - tmpfs tmpfs rw
32 27 0:32 / /data rw - tmpfs tmpfs rw
33 32 0:33 / /data ro,noexec - tmpfs tmpfs rw
`;

test.each([
  ['/', ['rw', 'relatime']],
  ['/etc', ['rw', 'relatime']],
  ['/home', ['rw', 'nosuid', 'noexec']],
  ['/home/user/.cache', ['rw', 'nosuid', 'noexec']],
  ['/homeless', ['rw', 'relatime']],
  ['/home/some body/x', ['rw', 'nodev']],
  ['/data/x', ['ro', 'noexec']],
])('%s is on the mount with %j', (path, options) => {
  expect(mountOptions(mountinfo, path)).toEqual(options);
});

test('where nothing is known of the mounts, nothing is said', () => {
  expect(mountOptions('', '/home')).toEqual([]);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000_000_000, '1 GB'],
  [79_693_000_000, '79.6 GB'],
  [1_999_999, '1.9 MB'],
  [2e12, '2 TB'],
])('%d bytes: %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
