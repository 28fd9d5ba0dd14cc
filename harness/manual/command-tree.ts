/** The command line as plain data, read from commander: what completions and the manual page are made of. */
import type { Argument, Command, Option } from 'commander';

export interface CommandTree {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly operands: readonly OperandNode[];
  readonly commands: readonly CommandTree[];
}

export interface OptionNode {
  /** `-v`, `--verbose` */
  readonly names: readonly string[];
  /** Null: it takes none. */
  readonly value: ValueNode | null;
  readonly description: string;
}

export interface OperandNode extends ValueNode {
  readonly description: string;
  /** As in a synopsis: `<session-or-log...>`, `[command]`. */
  readonly synopsis: string;
}

export interface ValueNode {
  /** `directory`, `name[=file]` */
  readonly name: string;
  /** The names that are understood; none: anything else. */
  readonly choices: readonly string[];
  /** `after-equals`: a path may follow a choice, as in `junit=FILE`. */
  readonly path: 'yes' | 'no' | 'after-equals';
}

export function readCommandTree(command: Command): CommandTree {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).map(readCommandTree);
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(readOption),
    operands: command.registeredArguments.map(readOperand),
    commands: commands.map((each) => withCommandNames(each, commands)),
  };
}

function readOption(option: Option): OptionNode {
  const [, valueName = null] = /[<[](.*)[>\]]$/.exec(option.flags) ?? [];
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    value: valueName === null ? null : valueNode(valueName, option.argChoices),
    description: textOf(option),
  };
}

function readOperand(argument: Argument): OperandNode {
  const name = argument.name();
  const shown = `${name}${argument.variadic ? '...' : ''}`;
  return {
    ...valueNode(name, argument.argChoices),
    description: textOf(argument),
    synopsis: argument.required ? `<${shown}>` : `[${shown}]`,
  };
}

function textOf({ description, defaultValue }: Option | Argument): string {
  return defaultValue === undefined
    ? description
    : `${description} (default: ${JSON.stringify(defaultValue)})`;
}

/** The name of a value says whether it is a path. */
function valueNode(name: string, choices: readonly string[] = []): ValueNode {
  const isPath = /\b(file|directory|session|log)\b/.test(name);
  if (!isPath) return { name, choices, path: 'no' };
  return { name, choices, path: name.includes('[=') ? 'after-equals' : 'yes' };
}

/** The operand of `help` is one of the commands. */
function withCommandNames(command: CommandTree, all: readonly CommandTree[]): CommandTree {
  const choices = all.map(({ name }) => name);
  const operands = command.operands.map((operand) =>
    operand.name === 'command' ? { ...operand, choices } : operand,
  );
  return { ...command, operands };
}
