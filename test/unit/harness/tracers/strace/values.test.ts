import { describe, expect, test } from 'vitest';
import { cloneFlags, socketTypes } from '../../../../../harness/tracers/strace/constants.ts';
import * as values from '../../../../../harness/tracers/strace/values.ts';

test.each([
  ['12', 12],
  ['-1', -1],
  ['0x1f', 31],
  ['5 /* five */', 5],
  ['fd=7', 7],
  ['3<socket:[17]>', 3],
  ['NULL', null],
  ['12abc', null],
  ['99999999999999999999', null],
])('number %s', (argument, number) => {
  expect(values.readNumber(argument)).toBe(number);
});

test.each([
  ['SOCK_DGRAM|SOCK_CLOEXEC', 0o2000002],
  ['0x2 /* SOCK_DGRAM */|0x80000 /* SOCK_CLOEXEC */', 0x80002],
  ['type=SOCK_STREAM', 1],
  ['0', 0],
  ['SOCK_DGRAM|SOCK_WHATEVER', null],
  // Names of what every object has are no flags.
  ['constructor', null],
])('flags %s', (argument, flags) => {
  expect(values.readFlags(argument, socketTypes)).toBe(flags);
});

test('a name that means nothing here is no damage, other text is', () => {
  expect(values.readName('SOCK_WHATEVER', socketTypes)).toBe(-1);
  expect(values.readName('SNDCTL_TMR_TIMEBASE or TCGETS', socketTypes)).toBe(-1);
  expect(values.readName('_IOC(_IOC_READ, 0x45, 0x6, 0x8)', socketTypes)).toBe(-1);
  expect(values.readName('', socketTypes)).toBeNull();
  expect(values.readName('"text"', socketTypes)).toBeNull();
});

test.each([
  ['4294967295', 0xffffffff],
  ['-1', 0xffffffff],
  ['~0U', 0xffffffff],
  ['7', 7],
  ['x', null],
])('unsigned %s', (argument, number) => {
  expect(values.readUnsigned(argument)).toBe(number);
});

test('a descriptor is a C int', () => {
  expect(values.readDescriptor('4294967196')).toBe(-100);
  expect(values.readDescriptor('3')).toBe(3);
  expect(values.readDescriptor('99999999999')).toBeNull();
});

test.each([
  ['[1]', 1],
  ['optval=[0]', 0],
  [String.raw`"lo\0"`, 'lo'],
  ['""', ''],
  ['{l_onoff=1, l_linger=2}', null],
  ['0x7ffc6ebb0690', null],
  ['NULL', null],
])('value of an option %s', (argument, value) => {
  expect(values.readOption(argument)).toBe(value);
});

describe('flags of clone', () => {
  const CLONE_VFORK = cloneFlags.CLONE_VM | cloneFlags.CLONE_VFORK;
  test.each<[string[], number | null]>([
    [['child_stack=NULL', 'flags=CLONE_VM|CLONE_VFORK|SIGCHLD'], CLONE_VFORK],
    [['child_stack=NULL', 'flags=SIGCHLD', 'child_tidptr=0x7f'], 0],
    [['child_stack=NULL', 'flags=0x4100|17'], CLONE_VFORK + 17],
    [['{flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD} => {parent_tid=[7]}', '88'], CLONE_VFORK],
    [['{flags=0x4100 /* CLONE_VM|CLONE_VFORK */, exit_signal=17}', '88'], CLONE_VFORK],
    // -e raw=clone: the registers
    [['0x4111', '0', '0', '0x7f', '0'], 0x4111],
    [['0xc000012345', '88'], null],
    [['child_stack=NULL', 'flags=CLONE_THREAX'], null],
    [[], null],
  ])('%j', (parts, flags) => {
    expect(values.readCloneFlags(parts)).toBe(flags);
  });
});
