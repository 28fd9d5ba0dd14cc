import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command, launcherStatusName } from '../../../../../harness/tracers/dtrace/command.ts';

const installation = { dtrace: '/usr/sbin/dtrace', program: '/a b/sockets.d', processors: '2' };
const spec = { directory: '/sessions/one', launcher: ['/l'], installation };

test('the system’s dtrace is called as it is, with tracefs in a namespace of its own', () => {
  const { argv, rawTrace } = command(spec);
  expect(argv.slice(0, 4)).toEqual(['unshare', '--mount', '--propagation', 'private']);
  expect(argv.slice(argv.indexOf('/usr/sbin/dtrace'))).toEqual([
    ...['/usr/sbin/dtrace', '-x', 'bufsize=16m', '-o', 'dtrace.txt'],
    ...['-c', '/bin/sh launcher.sh', '-s', '/a b/sockets.d'],
  ]);
  expect(rawTrace).toBe('dtrace.txt');
});

test('a private one brings its loader, its libraries and its D libraries', () => {
  const own = {
    ...installation,
    dtrace: '/c/dtrace',
    loader: '/c/ld.so',
    libraryPath: '/c/lib',
    dLibraries: '/c/d',
  };
  const { argv } = command({ ...spec, installation: own });
  expect(argv.join(' ')).toContain('/c/ld.so --library-path /c/lib /c/dtrace -xsyslibdir=/c/d -x');
});

test.each([
  ['16', '16m'],
  ['64', '4m'],
  ['256', '1m'],
])('%s processors get buffers of %s each', (processors, size) => {
  expect(command({ ...spec, installation: { ...installation, processors } }).argv).toContain(
    `bufsize=${size}`,
  );
});

test('the wrapper hands any argument on as it is, nothing on stdin, and keeps the exit code', () => {
  const directory = mkdtempSync(join(tmpdir(), "it's a $(dir) "));
  try {
    const program =
      'console.log(JSON.stringify(process.argv.slice(1)), require("fs").readFileSync(0).length); process.exit(7)';
    const hostile = ["'", '"', '$HOME `id` $(id) \\ \n; exit 1 #', '*', '', ' '];
    const { files } = command({ ...spec, launcher: [process.execPath, '-e', program, ...hostile] });
    for (const { name, content } of files) writeFileSync(join(directory, name), content);
    const output = execFileSync('/bin/sh', ['launcher.sh'], {
      cwd: directory,
      input: 'typed',
      encoding: 'utf8',
    });
    expect(output).toBe(`${JSON.stringify(hostile)} 0\n`);
    expect(readFileSync(join(directory, launcherStatusName), 'utf8')).toBe('7\n');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
