import { expect, test } from 'vitest';
import { ok } from '../../../../harness/doctor/check.ts';
import type { Check, Finding } from '../../../../harness/doctor/check.ts';
import { buildDocument, doctorSchema } from '../../../../harness/doctor/document.ts';
import type { CheckResult } from '../../../../harness/doctor/run-checks.ts';
import { renderDoctor } from '../../../../harness/doctor/text.ts';

const plain = { width: 80, color: false };

function result(name: string, neededFor: Check['neededFor'], finding: Finding): CheckResult {
  return { check: { name, title: name, neededFor, look: () => Promise.resolve(null) }, finding, tookMs: 1 };
}

const missing: Finding = { state: 'missing', found: 'nothing', why: 'a reason', remedy: 'a way out' };
const degraded: Finding = { ...missing, state: 'degraded' };
const unknown: Finding = { ...missing, state: 'unknown' };

const documentOf = (...results: CheckResult[]) =>
  doctorSchema.parse(buildDocument(results, 'afterclose 1.2.3'));

test('every line begins with its state; why and way out stand below', () => {
  const document = documentOf(
    result('Go', 'repro', ok('go1.26.8, /usr/local/go/bin/go')),
    result('DTrace', 'evidence', {
      ...missing,
      why: 'DTrace puts programs into the kernel, and for that the kernel wants root',
    }),
    result('strace', 'evidence', degraded),
  );
  expect(renderDoctor(document, plain)).toMatchInlineSnapshot(`
    "ok        Go      go1.26.8, /usr/local/go/bin/go
    missing   DTrace  nothing
                      why: DTrace puts programs into the kernel, and for that the
                        kernel wants root
                      way out: a way out
    degraded  strace  nothing
                      why: a reason
                      way out: a way out

    afterclose repro can run here, watched by strace.
    "
  `);
});

test('a command is on a line of its own, whole, however narrow the page, and never hostile', () => {
  const command = `setcap cap_bpf+ep '/a/${'long/'.repeat(20)}agent'`;
  const told = result('eBPF', 'evidence', { ...missing, remedy: `as root:\n${command}\n\u001b[2Jclear` });
  const lines = renderDoctor(documentOf(told), { width: 60, color: false }).split('\n');
  expect(lines).toContain(' '.repeat(17) + command);
  expect(lines.join('\n')).not.toContain('\u001b');
});

test.each([
  ['all is well', [result('go', 'repro', ok(''))], 'can-run', /can run here, but nothing can watch/],
  ['a tracer', [result('dtrace', 'evidence', ok(''))], 'can-run', /watched by dtrace/],
  [
    'the best of two',
    [result('dtrace', 'evidence', missing), result('strace', 'evidence', degraded)],
    'can-run',
    /watched by strace/,
  ],
  [
    'a better one than that of repro',
    [result('ebpf', 'evidence', ok('')), result('dtrace', 'evidence', ok(''))],
    'can-run',
    /watched by dtrace; the other commands take ebpf\.$/m,
  ],
  [
    'a better one without that of repro',
    [result('ebpf', 'evidence', ok('')), result('dtrace', 'evidence', missing)],
    'can-run',
    /watched by ebpf\.$/m,
  ],
  [
    'a tracer that could not be looked at',
    [result('dtrace', 'evidence', unknown)],
    'can-run',
    /nothing can watch/,
  ],
  [
    'something vital is missing',
    [result('go', 'repro', missing), result('x', 'repro', unknown)],
    'can-not-run',
    /can not run here, because of: go\./,
  ],
  ['something vital is worse', [result('cache', 'repro', degraded)], 'can-run', /can run/],
  [
    'nobody knows',
    [result('go', 'repro', unknown)],
    'unknown',
    /not known, because these checks failed: go\./,
  ],
  ['only comfort is missing', [result('rights', 'comfort', missing)], 'can-run', /can run/],
])('%s', (_, results, repro, answer) => {
  const document = documentOf(...results);
  expect(document.repro).toBe(repro);
  expect(
    renderDoctor(document, { ...plain, width: 120 })
      .trimEnd()
      .split('\n')
      .at(-1),
  ).toMatch(answer);
});

test('what other programs said is shown, not obeyed', () => {
  const said = 'line one\nline \u001b[31mtwo\u202e';
  const text = renderDoctor(documentOf(result('Go', 'repro', { ...missing, found: said, why: said })), plain);
  expect(text).toContain('line one\\nline \\x1b[31mtwo\\u{202e}');
  expect(text).toMatch(/why: line one\n +line \\x1b\[31mtwo/);
  expect(text).not.toMatch(/[\u001b\u202e]/);
});

test('colour adds nothing to the text, and is there when asked for', () => {
  const document = documentOf(result('Go', 'repro', ok('here')), result('DTrace', 'evidence', missing));
  const colored = renderDoctor(document, { ...plain, color: true });
  expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderDoctor(document, plain));
  expect(colored).not.toBe(renderDoctor(document, plain));
});

test.each([1, 60, 200])('no line is wider than it may be at %d columns', (width) => {
  const long = { ...missing, found: 'word '.repeat(50), remedy: 'x'.repeat(500) };
  const lines = renderDoctor(documentOf(result('Go', 'repro', long)), { width, color: false }).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(
    Math.min(Math.max(width, 60), 120),
  );
});
