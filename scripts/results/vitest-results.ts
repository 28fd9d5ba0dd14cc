/** Counts of the document that vitest's JSON reporter writes. */
import { z } from 'zod';
import { addCounts, failure, noTests } from './test-count.ts';
import type { TestCount } from './test-count.ts';

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});
type TestFile = z.infer<typeof vitestReport>['testResults'][number];

/**
 * Skips are counted only: skip-reporter.ts has printed and judged them.
 * @throws where the text is not such a document
 */
export function countVitest(text: string): TestCount {
  return addCounts(vitestReport.parse(JSON.parse(text)).testResults.map(countFile));
}

function countFile(file: TestFile): TestCount {
  const statuses = file.assertionResults.map((test) => test.status);
  const passed = statuses.filter((status) => status === 'passed').length;
  const failed = statuses.filter((status) => status === 'failed').length;
  const count = { ...noTests, passed, failed, skipped: statuses.length - passed - failed };
  // A file that could not be loaded, or whose hooks failed, has no failed test to show for it.
  if (file.status === 'failed' && failed === 0) return addCounts([count, failure(file.name)]);
  return count;
}
