/** Reports that go to the limits of the schema: the same hostile text in every open place, everything null, nothing. */
import { buildReport } from '../../src/report/build.ts';
import type { Question } from '../../src/report/question.ts';
import type { Report } from '../../src/report/report.ts';
import { doubt, run, session, arms } from '../unit/report/sample-session.ts';

export const hostileTexts = {
  'control characters': '\0\x01\b\x7f\x85\x9b2J',
  ANSI: '\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b]8;;http://x\x1b\\',
  markup: '</x><script>alert(1)</script>&amp;"\'`',
  newlines: 'a\nb\r\nc\n::error::d',
  bidi: 'user\u202e\u2066txt.exe\u2069',
  'lone surrogates': '\ud800\udc00\udc00\ud800',
  'line separators': 'a\u2028b\u2029c\u00a0d',
  '2 kB': 'x'.repeat(2_048),
  '2 kB of controls': '\x1b'.repeat(2_048),
  '2 kB wide': '端'.repeat(2_048),
  'accents piled up': `e${'\u0301'.repeat(2_048)}`,
  'method names': '__proto__',
  'more method names': 'constructor',
  empty: '',
  formats: '%s%n${x}{{x}}\\x1b[31m$&',
  'end of CDATA': ']]>-->]]&gt;<![CDATA[',
  'workflow commands': '::error title=a,b::c ##[error]d %0A::stop-commands::e',
  Markdown: '| a | [b](http://c) ![d](e) www.f.org g@h.org `i` **j** <k> :smile: # l\\',
  'more Markdown': '```` - 1. ~~~ `` | |---| [^1] @m #2 <!-- -->',
  directives: '# SKIP not ok 1 - x # TODO\n---\n...\nBail out!\n1..0',
} as const;

const claim = { below: 0.1, confidence: 0.95 } as const;

export const reports: Readonly<Record<string, Report>> = {
  ...Object.fromEntries(Object.entries(hostileTexts).map(([name, text]) => [name, withText(text)])),
  'as measured': wholeReport(),
  'a comparison': comparedReport(),
  'a gate': gatedReport(),
  empty: emptyReport(),
  'everything null': withNulls(),
};

/** Arms, one finding of each kind, doubts and notes. */
function wholeReport(): Report {
  const note = {
    code: 'outlives-close',
    address: 'udp 127.0.0.1:3001',
    count: 1,
    text: 'handed on',
  } as const;
  const crossCheck = {
    ...{ tracer: 'ebpf', compared: 0, refused: 0, undetermined: 0, disagreements: 0 },
    notMade: 'the trace of ebpf is not whole',
  };
  const noted = {
    arm: arms.fixedNew.arm,
    runs: [run({ notes: [note], doubts: [doubt('unparsed')], crossCheck })],
  };
  const report = buildReport(
    session({ arms: [...Object.values(arms), noted], doubts: [doubt('dropped', { run: null })] }),
  );
  const codes = report.findings.map(({ code }) => code);
  return { ...report, findings: report.findings.filter(({ code }, index) => codes.indexOf(code) === index) };
}

function emptyReport(): Report {
  return buildReport(session({ arms: [], command: '', seed: '', session: '', tracer: '' }));
}

/** Two arms of repro, compared. */
function comparedReport(): Report {
  const question = { kind: 'compare', claim } as const;
  const machine = { loadAverage: 3, cpus: 2 };
  return buildReport(session({ question, arms: Object.values(arms), machine, warmUpRuns: 1 }));
}

/** A subject that is held; one of its findings is known. */
function gatedReport(): Report {
  const known = { subject: 'semaphore@go1.9.7', code: 'linger', cause: 'call-in-flight' } as const;
  const findings = [{ ...known, address: null, heldRuns: 5, runs: 5 }];
  const question: Question = {
    kind: 'gate',
    claim,
    inconclusive: 'fail',
    baseline: { schemaVersion: 1, program: 'udp-reconnect', findings },
  };
  const { unfixedOld, unfixedNew, fixedOld } = arms;
  return buildReport(
    session({
      question,
      arms: [
        { ...unfixedOld, arm: { ...unfixedOld.arm, role: 'known-bad' } },
        { ...unfixedNew, arm: { ...unfixedNew.arm, role: 'known-good' } },
        { arm: { ...fixedOld.arm, role: 'subject' }, runs: unfixedOld.runs },
      ],
    }),
  );
}

/** What no one report has together: the arms of repro, a comparison, the answer of a gate. */
function everything(): Report {
  const { comparisons, cautions, tracerEffects } = comparedReport();
  const { gate, question } = gatedReport();
  return { ...wholeReport(), question, gate, comparisons, cautions, tracerEffects };
}

/** The same text in every place that the schema leaves open. */
export function withText(text: string): Report {
  const whole = everything();
  const inner = <T extends object>(value: T, names: readonly (keyof T)[]): T => ({
    ...value,
    ...Object.fromEntries(names.map((name) => [name, text])),
  });
  return {
    ...inner(whole, ['command', 'seed', 'session', 'tracerRequested', 'tracer']),
    arms: whole.arms.map((arm) => ({
      ...inner(arm, ['id', 'variant', 'toolchain']),
      tracer: arm.tracer === 'none' ? 'none' : text,
      crossCheck: arm.crossCheck && inner(arm.crossCheck, ['tracer', 'whyNot']),
    })),
    comparisons: whole.comparisons.map((comparison) => inner(comparison, ['arm', 'reference'])),
    tracerEffects: whole.tracerEffects.map((effect) => inner(effect, ['arm'])),
    cautions: whole.cautions.map((caution) => ('arm' in caution ? { ...caution, arm: text } : caution)),
    gate: whole.gate && {
      ...whole.gate,
      reasons: whole.gate.reasons.map((reason) => inner(reason, ['subject'])),
      findings: whole.gate.findings.map((finding) => inner(finding, ['subject', 'cause', 'address'])),
    },
    findings: whole.findings.map((finding) => ({
      ...inner(finding, ['cause', 'variant', 'toolchain', 'tracer', 'run', 'address']),
      holders: finding.holders.flatMap((holder) => {
        const told = inner(holder, ['boundTo', 'call']);
        const released = told.releasedBy && inner(told.releasedBy, ['call']);
        return [told, { ...told, kind: 'call' as const, releasedBy: released }];
      }),
      evidence: finding.evidence.flatMap((entry) => [inner(entry, ['name']), inner(entry, ['name', 'what'])]),
    })),
    doubts: whole.doubts.map((entry) => inner(entry, ['code', 'address', 'text', 'run'])),
    notes: whole.notes.map((entry) => inner(entry, ['code', 'address', 'text', 'run'])),
    runs: (whole.runs ?? []).map((entry) => inner(entry, ['variant', 'toolchain', 'run'])),
  };
}

function withNulls(): Report {
  const whole = wholeReport();
  const none = null;
  return {
    ...whole,
    tracerRequested: none,
    arms: whole.arms.map((arm) => ({
      ...arm,
      heldRuns: none,
      cycles: none,
      binds: none,
      addressInUse: none,
      lingering: none,
      longestLingerNs: none,
      deferredCloses: none,
      longestCloseLagNs: none,
      expected: none,
    })),
    findings: whole.findings.map((finding) => ({
      ...finding,
      cycle: none,
      failed: none,
      lengthNs: none,
      holders: finding.holders.map((holder) => ({
        ...holder,
        call: none,
        boundAtNs: none,
        releasedBy: none,
      })),
      evidence: finding.evidence.map((entry) => ({ ...entry, fd: none })),
    })),
    doubts: whole.doubts.map((entry) => ({ ...entry, run: none, address: none, pid: none })),
    runs: (whole.runs ?? []).map((entry) => ({ ...entry, expected: none, figures: none, claimed: none })),
  };
}
