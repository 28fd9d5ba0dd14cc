import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { listKeptSessions } from '../../../../harness/store/kept-sessions.ts';
import { endFileName, reportFileName, sessionFileName } from '../../../../harness/store/layout.ts';
import { saveSession, session, temporaryDirectory } from './saved-session.ts';

const plan = {
  session: session.session,
  startedAt: session.startedAt,
  command: session.command,
  tracer: session.tracer,
};
const report = { schemaVersion: 1, session: session.session, outcome: 'inconclusive', arms: [] };

/** A directory with one session in it, judged, and a second one that a test may spoil. */
async function keep(): Promise<{ directory: string; spoiled: string }> {
  const { directory: saved } = await saveSession();
  await writeFile(join(saved, reportFileName), JSON.stringify(report));
  const directory = dirname(saved);
  await rename(saved, join(directory, session.session));
  const spoiled = join(directory, 'spoiled');
  await cp(join(directory, session.session), spoiled, { recursive: true });
  return { directory, spoiled };
}

async function alter(file: string, change: (value: Record<string, unknown>) => void): Promise<void> {
  const value = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  change(value);
  await writeFile(file, JSON.stringify(value));
}

test('a judged session: what it was, and what came out', async () => {
  const { directory, spoiled } = await keep();
  await rm(spoiled, { recursive: true });
  expect(await listKeptSessions(directory)).toEqual([
    { folder: session.session, state: 'judged', problem: null, outcome: 'inconclusive', plan },
  ]);
});

test.each<[string, (place: string) => Promise<void>, object]>([
  [
    'no end',
    (place) => rm(join(place, endFileName)),
    { state: 'unfinished', problem: /running, or killed/, plan },
  ],
  [
    'no report',
    (place) => rm(join(place, reportFileName)),
    { state: 'unjudged', problem: /no report\.json/, plan },
  ],
  [
    'half a report',
    (place) => truncate(join(place, reportFileName), 20),
    { state: 'damaged', problem: /report\.json is damaged/, plan },
  ],
  [
    'a report with an outcome of its own',
    (place) => alter(join(place, reportFileName), (value) => (value['outcome'] = 'splendid')),
    { state: 'damaged', problem: /report\.json is damaged/, plan },
  ],
  [
    'half an end',
    (place) => truncate(join(place, endFileName), 20),
    { state: 'damaged', problem: /end\.json is damaged/, plan },
  ],
  [
    'the end of another session',
    (place) => alter(join(place, endFileName), (value) => (value['session'] = 'other')),
    { state: 'damaged', problem: /another session/, plan },
  ],
  [
    'the report of another session',
    (place) => alter(join(place, reportFileName), (value) => (value['session'] = 'other')),
    { state: 'damaged', problem: /another session/, plan },
  ],
  [
    'half a plan',
    (place) => truncate(join(place, sessionFileName), 20),
    { state: 'no-session', problem: /session\.json is damaged/, plan: null },
  ],
  [
    'no plan',
    (place) => rm(join(place, sessionFileName)),
    { state: 'no-session', problem: /no session\.json/, plan: null },
  ],
  [
    'null for a plan',
    (place) => writeFile(join(place, sessionFileName), 'null'),
    { state: 'no-session', plan: null },
  ],
  [
    'a plan of another version',
    (place) => alter(join(place, sessionFileName), (value) => (value['schemaVersion'] = 99)),
    { state: 'no-session', problem: /another version/, plan: null },
  ],
  [
    'a link for a plan',
    async (place) => {
      await rename(join(place, sessionFileName), join(place, 'elsewhere'));
      await symlink('elsewhere', join(place, sessionFileName));
    },
    { state: 'no-session', problem: /symbolic link/, plan: null },
  ],
  [
    // It would hang whoever opens it.
    'a pipe for a plan',
    async (place) => {
      await rm(join(place, sessionFileName));
      execFileSync('mkfifo', [join(place, sessionFileName)]);
    },
    { state: 'no-session', problem: /not a regular file/, plan: null },
  ],
])('%s: listed as such, without an outcome, and the other one is whole', async (_, spoil, expected) => {
  const { directory, spoiled } = await keep();
  await spoil(spoiled);
  const kept = await listKeptSessions(directory);
  expect(kept).toHaveLength(2);
  const { problem, ...others } = expected as { problem?: RegExp };
  const found = kept.find(({ folder }) => folder === 'spoiled');
  expect(found).toMatchObject({ ...others, outcome: null });
  expect(found?.problem).toMatch(problem ?? /./);
  expect(kept.find(({ folder }) => folder === session.session)?.state).toBe('judged');
});

test('newest first, then what has no date; files are nothing, links are not followed', async () => {
  const { directory, spoiled } = await keep();
  await alter(join(spoiled, sessionFileName), (value) => (value['startedAt'] = '2027-01-01T00:00:00.000Z'));
  await mkdir(join(directory, 'empty'));
  await symlink(session.session, join(directory, 'link'));
  await writeFile(join(directory, 'file'), '');
  const kept = await listKeptSessions(directory);
  expect(kept.map(({ folder, state }) => [folder, state])).toEqual([
    ['spoiled', 'judged'],
    [session.session, 'judged'],
    ['empty', 'no-session'],
    ['link', 'no-session'],
  ]);
});

test('no directory, no sessions', async () => {
  expect(await listKeptSessions(join(await temporaryDirectory(), 'none'))).toEqual([]);
});
