import { expect, test } from 'vitest';
import { command as dtraceCommand } from '../../../../../harness/tracers/dtrace/command.ts';
import { command } from '../../../../../harness/tracers/ebpf/command.ts';

const installation = { agent: '/cache/agent' };
const spec = {
  directory: '/s/blocks/1',
  launcher: ['/cache/launcher', '/s/blocks/1/batch.json'],
  installation,
};

test('the agent does the batch of the launcher in its place', () => {
  expect(command(spec)).toEqual({
    argv: ['/cache/agent', '--out=ebpf.bin', '/s/blocks/1/batch.json'],
    env: {},
    files: [],
    rawTrace: 'ebpf.bin',
  });
});

test('as the launcher of another tracer it traces the same runs', () => {
  const { files } = dtraceCommand({ ...spec, launcher: command(spec).argv, installation: {} });
  expect(files[0]?.content).toContain("'/cache/agent' '--out=ebpf.bin' '/s/blocks/1/batch.json' </dev/null");
});
