/** The manual page, in the macros of man(7). */
import { exitCodeMeanings } from '../exit-codes.ts';
import type { CommandTree, OptionNode } from './command-tree.ts';

/** @param version of the package */
export function manPage(tree: CommandTree, version: string): string {
  return [
    '.\\" Made from the command line itself: afterclose manual',
    `.TH ${tree.name.toUpperCase()} 1 "" "${tree.name} ${version}" "User Commands"`,
    '.SH NAME',
    text(`${tree.name} - ${tree.description}`),
    '.SH SYNOPSIS',
    ...tree.commands.flatMap((command) => [
      `.B ${text(`${tree.name} ${command.name}`)}`,
      synopsis(command),
      '.br',
    ]),
    '.SH DESCRIPTION',
    text(
      'A port stays taken as long as anything in the kernel still refers to its socket. afterclose runs a program many times under a tracer, replays the books of the kernel from the system calls, and names the holder at the very bind that failed with EADDRINUSE.',
    ),
    '.SH OPTIONS',
    ...optionLines(tree.options),
    '.SH COMMANDS',
    ...tree.commands.flatMap((command) => commandLines(tree, command)),
    '.SH EXIT STATUS',
    ...exitCodeMeanings.flatMap(([code, meaning]) => ['.TP', `.B ${text(code)}`, text(meaning)]),
    '.SH FILES',
    '.TP',
    `.I ${text('.afterclose/sessions/')}`,
    'Saved sessions, below the working directory.',
    '.SH SEE ALSO',
    '.BR strace (1),',
    '.BR ss (8),',
    '.BR lsof (8)',
    '',
  ].join('\n');
}

function commandLines(tree: CommandTree, command: CommandTree): string[] {
  return [
    `.SS ${text(`${tree.name} ${command.name}`)}`,
    text(`${sentence(command.description)}.`),
    ...command.operands.flatMap(({ synopsis: shown, description }) => [
      '.TP',
      `.I ${text(shown)}`,
      text(description === '' ? 'See above.' : description),
    ]),
    ...optionLines(command.options),
  ];
}

function optionLines(options: readonly OptionNode[]): string[] {
  return options.flatMap(({ names, value, description }) => {
    const choices = value?.choices.length ? ` (one of ${value.choices.join(', ')})` : '';
    const argument = value === null ? '' : ` \\fI${inline(value.name)}\\fR`;
    const shown = names.map((name) => `\\fB${inline(name)}\\fR`).join(', ');
    return ['.TP', `${shown}${argument}`, text(`${description}${choices}`)];
  });
}

function synopsis({ options, operands }: CommandTree): string {
  return text(
    [...(options.length > 0 ? ['[options]'] : []), ...operands.map((each) => each.synopsis)].join(' '),
  );
}

/** A line of text: nothing at its start is a request. */
function text(line: string): string {
  const escaped = inline(line);
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

/** Hyphens that can be copied, no escape sequence. */
function inline(part: string): string {
  return part.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}

function sentence(part: string): string {
  return part.charAt(0).toUpperCase() + part.slice(1);
}
