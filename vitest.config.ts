import { defineConfig } from 'vitest/config';

// Live tests need real tracers and minutes, so `make test` runs them as a project of their own.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/live/**', 'test/cli/**'],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'cli', include: ['test/cli/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Tracers slow every process of the machine: one live file at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
