/**
 * SARIF 2.1.0 (an OASIS standard), for code scanning and editors. A finding is a result, its story a code flow in
 * the order of time. No trace knows source lines, so places are logical: arm, run, thread. An arm that is unknown is
 * a result of kind `open`, SARIF's own word for "not enough information"; doubts are notifications.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
import { findingCodes } from '../findings/finding.ts';
import { programName } from './arm-name.ts';
import { armTest, armTitle, expectedOf } from './arm-test.ts';
import { escapeJson, escapeTerminal } from './escape.ts';
import { headline } from './headline.ts';
import type { Renderer } from './renderer.ts';
import type { ArmReport, FindingReport, Report } from './report.ts';
import { cautionTexts, doubtTexts, findingsOf } from './story-text.ts';
import { tellStory, type Story } from './story.ts';

export const sarif: Renderer = { name: 'sarif', render: renderSarif };

function renderSarif(report: Report): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'afterclose', rules } },
        automationDetails: { id: `afterclose/${escapeTerminal(report.session)}` },
        invocations: [invocationOf(report)],
        results: [
          ...report.arms.flatMap((arm) =>
            findingsOf(report, arm).map((finding) => findingResult(finding, arm)),
          ),
          ...report.arms.flatMap((arm) => openResult(arm, report)),
        ],
      },
    ],
  };
  return `${escapeJson(JSON.stringify(log, null, 2))}\n`;
}

const descriptions = {
  conflict: 'A bind failed with EADDRINUSE, and what held the address is known.',
  linger: 'A socket was still held after the point from which the program takes its address as free.',
  leak: 'A socket was past its free point, and still held when its last process ended.',
  unknown: 'There is doubt, so nothing is proven.',
} as const;

const rules = [...findingCodes, 'unknown' as const].map((id) => ({
  id,
  shortDescription: { text: descriptions[id] },
}));

/** What ended early or in doubt was not successful: no result is no proof then. */
function invocationOf(report: Report) {
  const { exitCode, outcome, command } = report;
  const { marker, verdict } = headline(report);
  return {
    commandLine: escapeTerminal(command),
    executionSuccessful: outcome === 'as-expected' || outcome === 'unexpected',
    exitCode,
    exitCodeDescription: escapeTerminal(`${marker}: ${verdict}`),
    toolExecutionNotifications: [...doubtTexts(report), ...cautionTexts(report)].map((text) => ({
      level: 'warning',
      message: messageOf(text),
    })),
  };
}

function findingResult(finding: FindingReport, arm: ArmReport) {
  const { code, cause, address } = finding;
  const story = tellStory(finding);
  const text = [story.title, ...story.holders, ...(story.reservation === null ? [] : [story.reservation])];
  return {
    ruleId: code,
    ...gravityOf(finding, arm),
    message: messageOf(`${text.join('. ')}. ${story.cause}`),
    locations: [{ logicalLocations: [logicalLocation(story.where)] }],
    partialFingerprints: {
      'finding/v1': escapeTerminal([code, cause, programName(arm), address].join(', ')),
    },
    ...(story.lines.length === 0 ? {} : { codeFlows: [codeFlowOf(story)] }),
  };
}

function codeFlowOf({ lines }: Story) {
  const locations = lines.map(({ pid, tid, text, role }) => ({
    importance: role === 'judged' ? 'essential' : 'important',
    location: {
      logicalLocations: [logicalLocation(tid === null ? `process ${pid}` : `thread ${tid}`)],
      message: messageOf(text),
    },
  }));
  return { threadFlows: [{ locations }] };
}

/** A known-bad arm has to have findings: they are no fault to report. */
function gravityOf({ certain }: FindingReport, arm: ArmReport) {
  if (expectedOf(arm) === 'held') return { kind: 'informational', level: 'none' };
  return { kind: 'fail', level: certain ? 'error' : 'warning' };
}

function openResult(arm: ArmReport, report: Report) {
  const test = armTest(arm, report);
  if (test?.result !== 'error') return [];
  return [
    {
      ruleId: 'unknown',
      kind: 'open',
      level: 'none',
      message: messageOf(`${test.name}: ${test.message}`),
      locations: [{ logicalLocations: [logicalLocation(armTitle(arm))] }],
    },
  ];
}

function logicalLocation(name: string) {
  return { fullyQualifiedName: escapeTerminal(name) };
}

/** `[text](target)` in a message is a link (3.11.6), a brace begins or ends a placeholder (3.11.5). */
function messageOf(text: string) {
  const shown = escapeTerminal(text).replaceAll('](', '\\](');
  return { text: shown.replace(/[{}]/g, (brace) => brace.repeat(2)) };
}
