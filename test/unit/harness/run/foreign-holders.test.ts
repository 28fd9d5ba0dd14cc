import { expect, test } from 'vitest';
import { holdersThroughout, nameForeignHolders } from '../../../../harness/run/foreign-holders.ts';
import type { PortHolder, PortHoldersFile } from '../../../../harness/store/session-file.ts';
import type { Doubt } from '../../../../src/verdict/doubt.ts';
import type { RunSummary } from '../../../../src/verdict/run-summary.ts';

const address = '127.0.0.1:3001';
const holder: PortHolder = { blocks: address, boundTo: '0.0.0.0:3001', uid: 7, pid: 42, program: 'nc' };
const seen = (before: PortHolder[], after: PortHolder[] | null): PortHoldersFile => ({
  schemaVersion: 1,
  before,
  after,
});
const foreign: Doubt = {
  code: 'foreign-holder',
  run: '0001',
  address: `udp ${address}`,
  pid: null,
  at: null,
  text: 'somebody held it',
};
const summary: RunSummary = {
  run: '0001',
  verdict: 'unknown',
  doubts: [foreign, { ...foreign, code: 'run-killed', text: 'killed' }],
  doubtsOmitted: 0,
  findings: [],
  findingsOmitted: 0,
  kinds: [],
  figures: {
    cycles: null,
    binds: null,
    addressInUse: null,
    lingering: null,
    longestLingerNs: null,
    linger: null,
    deferredCloses: null,
    longestCloseLagNs: null,
    closeLag: null,
  },
  claimed: null,
  notes: [],
  crossCheck: null,
};
const texts = (file: PortHoldersFile | null, refusedAt: readonly string[] = []) =>
  nameForeignHolders(summary, file, refusedAt).doubts.map((doubt) => doubt.text);

test.each([
  ['before and after', seen([holder], [holder])],
  ['before', seen([holder], [])],
  ['before', seen([holder], null)],
  ['before', seen([holder], [{ ...holder, pid: 43 }])],
  ['after', seen([], [holder])],
])('the holder is named, and when it was seen: %s', (when, file) => {
  expect(texts(file)).toEqual([
    `somebody held it: process 42 (nc) held 0.0.0.0:3001 ${when} these runs`,
    'killed',
  ]);
});

test('what the system does not tell is said', () => {
  expect(texts(seen([{ ...holder, pid: null, program: null }], null))[0]).toMatch(
    /^somebody held it: .*user 7/,
  );
});

test('the holder of another address explains nothing', () => {
  expect(texts(seen([{ ...holder, blocks: '127.0.0.1:3002' }], []))).toEqual([
    'somebody held it: nobody else was seen to hold it just before or just after these runs',
    'killed',
  ]);
});

test('a run with ports of its own is left as it is', () => {
  expect(nameForeignHolders(summary, null, [address])).toBe(summary);
});

test('an untraced run gets the doubt by its own word, and only where somebody was seen', () => {
  expect(texts(seen([holder], [holder]), [address])[0]).toMatch(/claims .* process 42 \(nc\) held/);
  expect(texts(seen([], []), [address])).toHaveLength(2);
});

test('the verdict never moves', () => {
  for (const verdict of ['clean', 'unknown', 'held'] as const) {
    const named = nameForeignHolders({ ...summary, verdict }, seen([holder], [holder]), [address]);
    expect(named.verdict).toBe(verdict);
  }
});

test('a holder for the whole time concerns every run', () => {
  expect(holdersThroughout(seen([holder], [holder]))).toEqual([
    {
      ...foreign,
      run: null,
      text: 'process 42 (nc) held 0.0.0.0:3001 before and after these runs: the programs could not have it',
    },
  ]);
});

test.each([
  ['gone meanwhile', seen([holder], [])],
  ['came meanwhile', seen([], [holder])],
  ['another one after than before', seen([holder], [{ ...holder, pid: 43 }])],
  ['not looked at again', seen([holder], null)],
  ['not looked at', null],
])('%s: concerns only the runs that met it', (_, file) => {
  expect(holdersThroughout(file)).toEqual([]);
});
