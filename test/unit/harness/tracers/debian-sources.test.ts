import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDebianMirror } from '../../../../harness/tracers/debian-sources.ts';

let apt = '';
beforeEach(() => {
  apt = mkdtempSync(join(tmpdir(), 'afterclose-apt-'));
  mkdirSync(join(apt, 'sources.list.d'));
});
afterEach(() => rmSync(apt, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(apt, name), text);

test('deb822: the main archive, not the one of security', () => {
  write(
    'sources.list.d/debian.sources',
    'Types: deb\n# a comment\nURIs: http://mirror.example/debian-security http://mirror.example/debian/\nSuites: bookworm\n',
  );
  expect(findDebianMirror(apt)).toBe('http://mirror.example/debian');
});

test('one-line style, with options', () => {
  write(
    'sources.list',
    '# deb http://old.example/debian x\ndeb [arch=amd64 signed-by=/k] https://m.example/debian bookworm main\n',
  );
  expect(findDebianMirror(apt)).toBe('https://m.example/debian');
});

test('a snapshot and a list of mirrors', () => {
  write('sources.list', 'deb http://s.example/archive/debian/20250520T000000Z bookworm main\n');
  expect(findDebianMirror(apt)).toBe('http://s.example/archive/debian/20250520T000000Z');
  write('sources.list', 'deb mirror+file:///etc/apt/mirrors/debian.list bookworm main\n');
  expect(findDebianMirror(apt)).toBe('mirror+file:///etc/apt/mirrors/debian.list');
});

test('other distributions and no sources at all', () => {
  write(
    'sources.list',
    'deb http://archive.example/ubuntu noble main\ndeb http://m.example/node_20.x nodistro main\n',
  );
  expect(findDebianMirror(apt)).toBeNull();
  expect(findDebianMirror(join(apt, 'nowhere'))).toBeNull();
});
