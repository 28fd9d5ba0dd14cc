import { defineConfig } from 'vitest/config';

/**
 * Live tests that neither disturb others nor are disturbed: they watch with strace, which sees only what it has started
 * and for which that waits, or they watch nothing. All others attach to the whole machine.
 */
const besideOthers = ['legacy-close', 'ordinary-user', 'strace', 'toolchains', 'variants'].map(
  (name) => `test/live/${name}.test.ts`,
);

/** They only end a test that would hang. */
const aMinute = { testTimeout: 60_000, hookTimeout: 60_000 };
const fourMinutes = { testTimeout: 240_000, hookTimeout: 240_000 };

export default defineConfig({
  test: {
    // By default one processor is left idle, of two as of twenty.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/live/**', 'test/cli/**'],
          ...aMinute,
        },
      },
      { test: { name: 'cli', include: ['test/cli/**/*.test.ts'], ...aMinute } },
      {
        test: {
          name: 'beside',
          include: besideOthers,
          ...fourMinutes,
        },
      },
      {
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          exclude: besideOthers,
          ...fourMinutes,
          // Tracers slow every process of the machine: one live file at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
