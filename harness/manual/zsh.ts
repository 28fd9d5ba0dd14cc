/** Completion for zsh: as a file `_afterclose` on $fpath, or evaluated once compinit has run. */
import type { CommandTree, OptionNode, ValueNode } from './command-tree.ts';

export function zshCompletion(tree: CommandTree): string {
  return `#compdef ${tree.name}
# zsh completion of ${tree.name}, made by: ${tree.name} completion zsh
_${tree.name}() {
  local context state state_descr line curcontext=$curcontext
  typeset -A opt_args
  _arguments -C -S \\
${specLines([...tree.options.flatMap(optionSpecs), quote('1:command:->command'), quote('*::argument:->argument')])}
  case $state in
  command)
    local -a commands=(
${tree.commands.map(({ name, description }) => `      ${quote(`${name}:${description}`)}`).join('\n')}
    )
    _describe command commands
    ;;
  argument)
    case $line[1] in
${tree.commands.map(commandCase).join('\n')}
    esac
    ;;
  esac
}
if [[ $funcstack[1] == _${tree.name} ]]; then _${tree.name} "$@"; else compdef _${tree.name} ${tree.name}; fi
`;
}

function commandCase({ name, options, operands }: CommandTree): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...operands.map((operand, index) => {
      const place = operand.synopsis.includes('...') ? '*' : String(index + 1);
      return quote(`${place}:${specText(operand.name)}:${actionFor(operand)}`);
    }),
  ];
  return `    ${name})\n      _arguments -S \\\n${specLines(specs)}\n      ;;`;
}

function specLines(specs: readonly string[]): string {
  return specs.map((spec) => `        ${spec}`).join(' \\\n');
}

/** One for each name; giving the short one leaves out the long one. */
function optionSpecs({ names, value, description }: OptionNode): string[] {
  const others = value === null && names.length > 1 ? `(${names.join(' ')})` : '';
  return names.map((name) => {
    const isLong = name.startsWith('--');
    // Whatever takes a value may stand more than once.
    const flag = value === null ? name : `*${name}${isLong ? '=' : ''}`;
    const argument = value === null ? '' : `:${specText(value.name)}:${actionFor(value)}`;
    return quote(`${others}${flag}[${specText(description)}]${argument}`);
  });
}

function actionFor({ choices, path }: ValueNode): string {
  const words = choices.join(' ');
  if (path === 'after-equals') return `{ if compset -P "*="; then _files; else compadd -S "" ${words}; fi }`;
  if (choices.length > 0) return `(${words})`;
  return path === 'yes' ? '_files' : ' ';
}

function specText(text: string): string {
  return text.replace(/[\\:[\]]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
