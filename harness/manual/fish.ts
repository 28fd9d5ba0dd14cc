/** Completion for fish 3 and later. */
import type { CommandTree, OptionNode, ValueNode } from './command-tree.ts';

export function fishCompletion(tree: CommandTree): string {
  const words = (condition: string | null, ...rest: readonly string[]): string =>
    [`complete -c ${tree.name}`, ...(condition === null ? [] : ['-n', quote(condition)]), ...rest].join(' ');
  const noCommand = '__fish_use_subcommand';
  return [
    `# fish completion of ${tree.name}, made by: ${tree.name} completion fish`,
    words(null, '-f'),
    ...tree.options.map((option) => words(noCommand, ...optionWords(option))),
    ...tree.commands.flatMap(({ name, description, options, operands }) => {
      const inCommand = `__fish_seen_subcommand_from ${name}`;
      return [
        words(noCommand, '-a', name, '-d', quote(description)),
        ...options.map((option) => words(inCommand, ...optionWords(option))),
        ...operands.flatMap((operand) => operandWords(operand).map((given) => words(inCommand, ...given))),
      ];
    }),
    '',
  ].join('\n');
}

function optionWords({ names, value, description }: OptionNode): string[] {
  return [
    ...names.flatMap((name) => (name.startsWith('--') ? ['-l', name.slice(2)] : ['-s', name.slice(1)])),
    ...(value === null ? [] : valueWords(value)),
    '-d',
    quote(description),
  ];
}

/** `-x` wants a value and offers no files, `-r -F` wants one and does. */
function valueWords({ choices, path }: ValueNode): string[] {
  const offered = choices.length === 0 ? [] : ['-a', quote(choices.join(' '))];
  return [...(path === 'no' ? ['-x'] : ['-r', '-F']), ...offered];
}

function operandWords({ choices, path }: ValueNode): string[][] {
  if (choices.length > 0) return [['-a', quote(choices.join(' '))]];
  return path === 'no' ? [] : [['-F']];
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
