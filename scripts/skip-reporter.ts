/** A vitest reporter: prints every skipped test with its reason and fails the run where one is not earned. */
import type { Reporter, TestModule } from 'vitest/node';
import { thisMachine } from './machine.ts';
import { judgeSkip } from './skip-policy.ts';
import type { Skip } from './skip-policy.ts';

export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const machine = thisMachine();
    for (const skip of modules.flatMap(skipsOf)) {
      const fault = judgeSkip(skip, machine);
      process.stdout.write(`skipped: ${skip.test}: ${skip.note ?? 'no reason given'}\n`);
      if (fault === null) continue;
      process.stdout.write(`  this skip is a failure: ${fault}\n`);
      process.exitCode = 1;
    }
  }
}

function skipsOf(module: TestModule): Skip[] {
  return [...module.children.allTests('skipped')].map((test) => {
    const result = test.result();
    return {
      test: `${module.relativeModuleId} > ${test.fullName}`,
      note: result.state === 'skipped' ? (result.note ?? null) : null,
    };
  });
}
