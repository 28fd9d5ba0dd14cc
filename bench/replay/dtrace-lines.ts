/** The same trace as history.ts makes, as the D program prints it: bytes, a thousand cycles a chunk. */

const cyclesPerChunk = 1000;
const launcher = 10;
const program = 100;
const reader = 101;

export async function* dtraceLines(session: string, run: string, cycles: number): AsyncGenerator<Uint8Array> {
  const counts = { S: 0, E: 0, R: 0, M: 0, F: 0, X: 0 };
  let now = 0;
  let text = `@BEGIN 1000000 1000000 9 6.18.0\n`;
  const line = (kind: keyof typeof counts, tid: number, rest: string): void => {
    // DTrace takes about 10 us a line: the time decides how much the reorder window holds.
    now += 10_000;
    counts[kind]++;
    text += `${now} ${tid === launcher ? launcher : program} ${tid} ${kind} ${rest}\n`;
  };
  line('M', launcher, `session begin ${session}\\0`);
  line('M', launcher, `run ${run} begin\\0`);
  line('F', launcher, `${program} ${program}`);
  for (let cycle = 1; cycle <= cycles; cycle++) {
    line('M', program, `cycle ${cycle}\\0`);
    for (const [fd, port, hex] of [
      [3, 3001, '0bb9'],
      [4, 3002, '0bba'],
    ] as const) {
      const isLate = cycle % 10 === 0;
      line('S', program, `200 41 ${fd} 2 2 0 0`);
      line('S', program, `200 49 0 ${fd} c000 10 0 0200${hex}7f0000010000000000000000`);
      line('E', reader, `45 ${fd} c000 40 0`);
      line('R', reader, '45 4');
      line('M', program, `closing udp 127.0.0.1:${port}\\0`);
      if (isLate)
        for (const moment of ['closed', 'done']) line('M', program, `${moment} udp 127.0.0.1:${port}\\0`);
      line('E', reader, `3 ${fd} 0 0 0`);
      line('R', reader, '3 0');
      if (!isLate)
        for (const moment of ['closed', 'done']) line('M', program, `${moment} udp 127.0.0.1:${port}\\0`);
    }
    if (cycle % cyclesPerChunk === 0) {
      yield Buffer.from(text);
      text = '';
      await Promise.resolve();
    }
  }
  line('X', program, '1 0');
  line('M', launcher, `run ${run} end\\0`);
  const total = Object.entries(counts).map(([kind, count]) => `${kind}=${count}`);
  yield Buffer.from(
    `${text}@END ${total.slice(0, 5).join(' ')} C=0 ${total.slice(5).join(' ')} !=0 compat=0\n`,
  );
}
