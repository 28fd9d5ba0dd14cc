/** Comparisons on the real thing: the official releases, several tracers, and commands of a user. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sessionSchema } from '../../harness/store/session-file.ts';
import type { SessionFile } from '../../harness/store/session-file.ts';
import { reportSchema } from '../../src/report/report.ts';
import { afterclose, temporaryDirectory } from '../cli/command-line.ts';
import { missingDtrace, startRepro, until } from './started-repro.ts';

let missing: string | null = null;
beforeAll(async () => {
  missing = await missingDtrace();
});

async function planOf(directory: string): Promise<SessionFile> {
  return sessionSchema.parse(JSON.parse(await readFile(join(directory, 'session.json'), 'utf8')));
}

test('the fix under DTrace: five runs each way differ, and check says the same byte for byte', async (context) => {
  if (missing !== null) return context.skip(missing);
  const cwd = await temporaryDirectory();
  const arms = ['unfixed', 'semaphore', 'unfixed@local'];
  const words = ['compare', ...arms, '--tracer', 'dtrace', '--runs', '5', '--cycles', '100', '--out', 's'];
  const { exitCode, stdout, stderr } = await afterclose([...words, '--json', '--detect', '1%'], { cwd });
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(report.doubts).toEqual([]);
  expect([exitCode, report.outcome, report.warmUpRuns]).toEqual([0, 'as-expected', 1]);
  const held = report.arms
    .filter(({ tracer }) => tracer === 'dtrace')
    .map(({ heldRuns, runs }) => [heldRuns, runs]);
  expect(held).toEqual([
    [5, 5],
    [0, 5],
    [0, 5],
  ]);
  expect(report.comparisons.map(({ seen }) => seen)).toEqual(['difference', 'difference']);
  // 2 / C(10, 5), twice that by Holm.
  for (const { test: tested } of report.comparisons) {
    expect(tested?.pTwoSided).toBeCloseTo(2 / 252, 12);
    expect(tested?.pAdjusted).toBeCloseTo(4 / 252, 12);
  }
  const [unfixed, semaphore] = report.arms;
  expect(unfixed?.linger?.count).toBe(unfixed?.lingering);
  expect(unfixed?.linger?.maxNs).toBe(unfixed?.longestLingerNs);
  expect(semaphore?.closeLag?.count).toBe(semaphore?.deferredCloses);
  expect(report.tracerEffects.map(({ effect }) => effect.kind)).toEqual(['ratio', 'neither', 'neither']);
  expect(stderr).toMatch(
    /to see a race of 1 % per run with 95 % takes 299 runs of each arm, about .*: this session does 5/,
  );

  expect(await readFile(join(cwd, 's', 'report.json'), 'utf8')).toBe(stdout);
  const again = await afterclose(['check', 's', '--json'], { cwd });
  expect(again).toEqual({ exitCode: 0, stdout, stderr: '' });

  // Warm-up runs are run, saved and not counted.
  const { blocks } = await planOf(join(cwd, 's'));
  expect(blocks.map(({ tracer, purpose, runs }) => [tracer, purpose, runs.length])).toEqual([
    ['dtrace', 'warm-up', 3],
    ['none', 'warm-up', 3],
    ['none', 'counted', 9],
    ['dtrace', 'counted', 15],
    ['none', 'counted', 6],
  ]);
  const warmUp = await readFile(join(cwd, 's', 'blocks', '1-dtrace', 'records.ndjson'), 'utf8');
  expect(warmUp.match(/"kind":"run"/g)).toHaveLength(3);
});

test('two tracers see the same program in one session', async (context) => {
  if (missing !== null) return context.skip(missing);
  const cwd = await temporaryDirectory();
  const arms = ['semaphore:dtrace', 'semaphore:strace'];
  const words = ['compare', ...arms, '--runs', '2', '--warm-up', '0', '--cycles', '50', '--json'];
  const { exitCode, stdout } = await afterclose(words, { cwd });
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(report.doubts).toEqual([]);
  expect(report.arms.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['semaphore@go1.9.7:dtrace', 'clean'],
    ['semaphore@go1.9.7:strace', 'clean'],
    ['semaphore@go1.9.7:none', 'unknown'],
  ]);
  expect(exitCode).toBe(0);
});

test("a user's own two commands, from a config file", async (context) => {
  if (missing !== null) return context.skip(missing);
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'go.mod'), 'module example\n\ngo 1.21\n');
  for (const [name, handsOver] of [
    ['leaky', true],
    ['fixed', false],
  ] as const) {
    await mkdir(join(cwd, name));
    await writeFile(join(cwd, name, 'main.go'), reopens(handsOver));
  }
  const target = (name: string) => ({
    command: [`./${name}.bin`],
    build: ['go', 'build', '-o', `${name}.bin`, `./${name}`],
  });
  const config = {
    targets: {
      leaky: { ...target('leaky'), expects: 'held' },
      fixed: { ...target('fixed'), expects: 'clean' },
    },
  };
  await writeFile(join(cwd, 'afterclose.config.json'), JSON.stringify(config));
  const { exitCode, stdout } = await afterclose(['compare', '--runs', '5', '--out', 's', '--json'], { cwd });
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(report.doubts).toEqual([]);
  expect(exitCode).toBe(0);
  expect(report.arms.map(({ id, toolchain, heldRuns }) => [id, toolchain, heldRuns])).toEqual([
    [`leaky:${report.tracer}`, null, 5],
    [`fixed:${report.tracer}`, null, 0],
  ]);
  expect(report.comparisons[0]?.seen).toBe('difference');
  expect(report.findings[0]).toMatchObject({
    code: 'conflict',
    variant: 'leaky',
    address: 'udp 127.0.0.1:4001',
  });
  expect((await afterclose(['check', 's', '--json'], { cwd })).stdout).toBe(stdout);
});

describe('untraced', () => {
  const arms = ['unfixed:none', 'semaphore:none', '--json'];

  test('the same seed gives the same order', async () => {
    const cwd = await temporaryDirectory();
    for (const out of ['one', 'two']) {
      await afterclose(['compare', ...arms, '--cycles', '5', '--runs', '6', '--seed', 'a b', '--out', out], {
        cwd,
      });
    }
    const [one, two] = [await planOf(join(cwd, 'one')), await planOf(join(cwd, 'two'))];
    expect(one.blocks).toEqual(two.blocks);
  });

  test('a budget fixes the runs before the first that counts, and only whole rounds are made', async () => {
    const cwd = await temporaryDirectory();
    // Runs of a size that a budget holds dozens of them, and not hundreds that are then judged.
    const size = ['--cycles', '500', '--budget', '2s'];
    const { exitCode, stderr } = await afterclose(['compare', ...arms, ...size, '--out', 's'], { cwd });
    expect(exitCode).toBe(4);
    const plan = await planOf(join(cwd, 's'));
    expect(plan.runsPerArm).toBeGreaterThan(0);
    const counted = plan.blocks.filter(({ purpose }) => purpose === 'counted').flatMap(({ runs }) => runs);
    for (const arm of [0, 1])
      expect(counted.filter((run) => run.arm === arm)).toHaveLength(plan.runsPerArm ?? 0);
    expect(stderr).toMatch(/^\d+ runs? of each of 2 arms, fixed now: about /m);
  });

  test('interrupted in the warm-up: no runs, 130, and check says 4', async () => {
    const long = [...arms, '--cycles', '1000000', '--budget', '60s'];
    const started = await startRepro(long, {}, 'compare');
    await until('the first run is going on', () => started.read('blocks', '1-none', 'records.ndjson') !== '');
    started.signal('SIGINT');
    const { exitCode, stdout } = await started.ended;
    const report = reportSchema.parse(JSON.parse(stdout));
    expect([exitCode, report.outcome, report.exitCode]).toEqual([130, 'interrupted', 130]);
    expect(report.arms.map(({ runs }) => runs)).toEqual([0, 0]);
    const again = await afterclose(['check', started.directory, '--json']);
    expect([again.exitCode, again.stdout]).toEqual([4, stdout]);
  });
});

/** Opens a port, closes it and opens it again; the helper that it starts may inherit the socket. */
function reopens(handsOver: boolean): string {
  return `package main

import (
	"net"
	"os"
	"os/exec"
)

func main() {
	address := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4001}
	conn, err := net.ListenUDP("udp4", address)
	check(err)
	file, err := conn.File()
	check(err)
	helper := exec.Command("cat")
	if ${String(handsOver)} {
		helper.ExtraFiles = []*os.File{file}
	}
	input, err := helper.StdinPipe()
	check(err)
	check(helper.Start())
	check(file.Close())
	check(conn.Close())
	if again, err := net.ListenUDP("udp4", address); err == nil {
		check(again.Close())
	}
	check(input.Close())
	check(helper.Wait())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
`;
}
