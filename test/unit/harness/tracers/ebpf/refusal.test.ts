import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { AgentAnswer } from '../../../../../harness/tracers/ebpf/agent-answer.ts';
import { ownRightsOf, versionOf } from '../../../../../harness/tracers/ebpf/probe.ts';
import { explainRefusal, explainSilence } from '../../../../../harness/tracers/ebpf/refusal.ts';

const refused: AgentAnswer = {
  usable: false,
  why: 'operation not permitted',
  releases: 'cgroup2 can not be mounted: operation not permitted',
  form: '',
  btf: true,
  missing: ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN', 'CAP_SYS_ADMIN'],
  fileCapabilities: false,
  noNewPrivileges: false,
  nosuid: false,
  userNamespace: false,
  lockdown: '',
};
const agent = '/cache/agent';
const explain = (changed: Partial<AgentAnswer>) => explainRefusal({ ...refused, ...changed }, agent);

describe('why it is refused', () => {
  test('an ordinary user is told which capabilities are missing, and the command that gives them', () => {
    expect(explain({})).toEqual({
      usable: false,
      what: 'CAP_BPF and CAP_PERFMON missing',
      why: 'operation not permitted',
      remedy:
        'run it as root, or once as root:\n' +
        "setcap cap_bpf,cap_perfmon,cap_net_admin,cap_sys_admin+ep '/cache/agent'",
    });
  });

  test.each([
    [{ missing: ['CAP_PERFMON'] }, 'CAP_PERFMON missing', /not permitted/, /once as root:\nsetcap/],
    [{ missing: ['CAP_BPF'], fileCapabilities: true }, 'CAP_BPF missing', /not all of these/, /\nsetcap/],
    [{ noNewPrivileges: true }, /missing/, /no_new_privs/, /without no-new-privileges/],
    [{ nosuid: true, fileCapabilities: true }, /missing/, /nosuid: \/cache\/agent/, /AFTERCLOSE_CACHE/],
    [{ userNamespace: true, missing: [] }, /user namespace/, /count for nothing/, /outside of the namespace/],
    [{ userNamespace: true }, /user namespace/, /count for nothing/, /outside of the namespace/],
    [{ btf: false }, /does not describe itself/, /btf\/vmlinux/, /CONFIG_DEBUG_INFO_BTF/],
    [{ missing: [], lockdown: 'confidentiality' }, /locked down/, /nobody may read/, /lockdown=integrity/],
    [{ missing: [], lockdown: 'integrity' }, /refuses the agent/, /not permitted/, /Linux 5\.13/],
    [{ missing: [] }, /refuses the agent/, /not permitted/, /container forbids/],
  ] as const)('%o', (changed, what, why, remedy) => {
    const said = explain(changed as unknown as Partial<AgentAnswer>);
    expect(said.what).toMatch(what);
    expect(said.why).toMatch(why);
    expect(said.remedy).toMatch(remedy);
  });

  test('never by the limit of locked memory', () => {
    expect(JSON.stringify(explain({ missing: [] }))).not.toMatch(/memlock/i);
  });

  test('the command is one for a shell, whatever the path is', () => {
    const path = "/home/o'neil & sons/agent";
    const command = explainRefusal(refused, path).remedy.split('\n')[1] ?? '';
    const words = execFileSync('sh', ['-c', command.replace('setcap', 'printf "%s\\n"')], {
      encoding: 'utf8',
    });
    expect(words.split('\n')).toEqual(['cap_bpf,cap_perfmon,cap_net_admin,cap_sys_admin+ep', path, '']);
  });

  test('capabilities that the container can not have keep its file from being started', () => {
    expect(
      explainSilence('Command failed with EPERM: /cache/agent --probe\nspawn /cache/agent EPERM'),
    ).toMatchObject({
      what: 'the agent may not be started',
      remedy: expect.stringContaining('--cap-add BPF') as string,
    });
    expect(explainSilence('it ended with 2')).toMatchObject({
      why: 'it ended with 2',
      remedy: 'run make setup',
    });
  });
});

const usable: AgentAnswer = { ...refused, usable: true, why: '', releases: '', form: 'typed', missing: [] };

test.each([
  [{}, 'the embedded agent'],
  [{ form: 'raw' }, 'the embedded agent, raw tracepoints'],
  [
    { releases: 'no cgroup can be made below that of this process: permission denied' },
    'the embedded agent, without the ends of sockets (no cgroup can be made below that of this process: permission denied)',
  ],
  [
    { releases: 'operation not permitted', missing: ['CAP_NET_ADMIN'] },
    'the embedded agent, without the ends of sockets (CAP_NET_ADMIN missing)',
  ],
] as const)('%o is told as: %s', (changed, line) => {
  expect(versionOf({ ...usable, ...(changed as Partial<AgentAnswer>) })).toBe(line);
});

test.each([
  [{}, { network: 'private' }],
  [{ missing: ['CAP_SYS_ADMIN'] }, { network: 'inherited' }],
  [{ missing: ['CAP_NET_ADMIN'] }, { network: 'inherited' }],
] as const)('%o can give its runs: %o', (changed, own) => {
  expect(ownRightsOf({ ...usable, ...(changed as Partial<AgentAnswer>) })).toEqual(own);
});
