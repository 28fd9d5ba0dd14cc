import { expect, test } from 'vitest';
import { deadRows } from '../../../../../harness/tracers/dtrace/sweep.ts';

const rows = [
  'p:dt_100_dtrace/BEGIN /c/lib/libdtrace.so.2.0.0:0x00000000000ded20',
  'p:dt_100_dtrace/END /c/lib/libdtrace.so.2.0.0:0x00000000000ded30',
  'p:dt_200_dtrace/BEGIN /c/lib/libdtrace.so.2.0.0:0x00000000000ded20',
  'p:dt_100_other/BEGIN /c/lib/libdtrace.so.2.0.0:0x00000000000ded20',
  'p:uprobes/mine /bin/bash:0x1000',
  'p:dt_100_dtrace/a;b /c:0x1',
  '',
];

test('only the rows of a dtrace that no longer lives are to be removed', () => {
  expect(deadRows(rows, (pid) => pid === 200)).toEqual(['dt_100_dtrace/BEGIN', 'dt_100_dtrace/END']);
});

test('nothing is removed while all live', () => {
  expect(deadRows(rows, () => true)).toEqual([]);
});
