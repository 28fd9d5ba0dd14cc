/** The core's findings and doubts in the words of the report: units in names, no branded numbers. */
import type { Arm } from '../experiment/arm.ts';
import type { Evidence, Finding, Holder } from '../findings/finding.ts';
import type { Doubt } from '../verdict/doubt.ts';
import type { RunSummary } from '../verdict/run-summary.ts';
import { untraced } from '../experiment/plan.ts';
import type { DoubtReport, EvidenceReport, FindingReport, HolderReport, RunReport } from './report.ts';

export function toFindingReport(finding: Finding, arm: Arm): FindingReport {
  const { failed } = finding;
  return {
    code: finding.code,
    cause: finding.cause,
    certain: finding.certain,
    variant: arm.variant,
    toolchain: arm.toolchain,
    tracer: arm.tracer,
    run: finding.run,
    address: finding.address,
    atNs: finding.at,
    pid: finding.pid,
    tid: finding.tid,
    cycle: finding.cycle,
    failed: failed && {
      call: failed.call,
      fd: failed.fd,
      enteredAtNs: failed.enteredAt,
      returnedAtNs: failed.returnedAt,
    },
    lengthNs: finding.lengthNs,
    holders: finding.holders.map(toHolderReport),
    evidence: finding.evidence.map(toEvidenceReport),
  };
}

function toHolderReport(holder: Holder): HolderReport {
  const { releasedBy } = holder;
  return {
    socket: holder.socket,
    inode: holder.inode,
    kind: holder.kind,
    pid: holder.pid,
    fd: holder.fd,
    call: holder.call,
    openedByTid: holder.openedByTid,
    openedAtNs: holder.openedAt,
    origin: holder.origin,
    certain: holder.certain,
    boundTo: holder.boundTo,
    boundAtNs: holder.boundAt,
    releasedBy: releasedBy && {
      tid: releasedBy.tid,
      call: releasedBy.call,
      enteredAtNs: releasedBy.enteredAt,
      returnedAtNs: releasedBy.returnedAt,
    },
    releasedAtNs: holder.releasedAt,
  };
}

function toEvidenceReport({ at, pid, tid, what, fd, name }: Evidence): EvidenceReport {
  return { atNs: at, pid, tid, what, fd, name };
}

export function toDoubtReport({ code, run, address, pid, text }: Doubt): DoubtReport {
  return { code, run, address, pid, text };
}

export function toRunReport(run: RunSummary, { variant, toolchain, tracer, expected }: Arm): RunReport {
  return {
    run: run.run,
    variant,
    toolchain,
    tracer,
    expected,
    verdict: run.verdict,
    figures: tracer === untraced ? null : run.figures,
    claimed: run.claimed,
    findings: run.findings.length + run.findingsOmitted,
    doubts: run.doubts.length + run.doubtsOmitted,
    crossCheck: run.crossCheck,
  };
}
