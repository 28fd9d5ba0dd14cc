/** Completion for bash 4 and later; needs nothing of the package bash-completion. */
import type { CommandTree, OptionNode, ValueNode } from './command-tree.ts';

export function bashCompletion(tree: CommandTree): string {
  return `# bash completion of ${tree.name}, made by: ${tree.name} completion bash
_${tree.name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command='' equals='' index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    if [[ \${COMP_WORDS[index]} != -* ]]; then
      command=\${COMP_WORDS[index]}
      break
    fi
  done
  # bash makes words of each =, so --out=DIR is three of them, and so is junit=FILE.
  if [[ $current == = ]]; then
    current='' equals=yes
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]} equals=yes
  fi
  if [[ $equals && $previous != -* ]]; then
    _${tree.name}_paths
    return
  fi
  case "$command $previous" in
${valueCases(tree)}
  esac
  if [[ $current == -* ]]; then
    case $command in
${commandCases(tree, (command) => wordsAction(tree, optionNames(command)))}
    esac
  else
    case $command in
${commandCases(tree, (command) => operandAction(tree, command))}
    esac
  fi
}
_${tree.name}_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
_${tree.name}_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$current")
}
complete -F _${tree.name} ${tree.name}
`;
}

function valueCases(tree: CommandTree): string {
  return tree.commands
    .flatMap(({ name, options }) =>
      options.flatMap((option) => {
        if (option.value === null) return [];
        const patterns = option.names.map((optionName) => `'${name} ${optionName}'`).join(' | ');
        return [
          `    ${patterns}) ${[actionFor(tree, option.value), 'return'].filter(Boolean).join('; ')} ;;`,
        ];
      }),
    )
    .join('\n');
}

/** Without a command, the tree itself is meant. */
function commandCases(tree: CommandTree, actionOf: (command: CommandTree) => string): string {
  return [tree, ...tree.commands]
    .map((command) => ({ pattern: command === tree ? "''" : command.name, action: actionOf(command) }))
    .filter(({ action }) => action !== '')
    .map(({ pattern, action }) => `      ${pattern}) ${action} ;;`)
    .join('\n');
}

/** Every operand is completed as the first one. */
function operandAction(tree: CommandTree, command: CommandTree): string {
  if (command === tree)
    return wordsAction(
      tree,
      tree.commands.map(({ name }) => name),
    );
  const [operand] = command.operands;
  return operand === undefined ? '' : actionFor(tree, operand);
}

function actionFor(tree: CommandTree, { choices, path }: ValueNode): string {
  if (choices.length > 0) return wordsAction(tree, choices);
  return path === 'no' ? '' : `_${tree.name}_paths`;
}

function wordsAction(tree: CommandTree, words: readonly string[]): string {
  return words.length === 0 ? '' : `_${tree.name}_words '${words.join(' ')}'`;
}

function optionNames({ options }: { readonly options: readonly OptionNode[] }): string[] {
  return options.flatMap(({ names }) => names);
}
