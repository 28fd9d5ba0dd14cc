# Usage: bash --norc complete.bash SCRIPT WORD...
# What the completion of SCRIPT offers when the last WORD is being typed, as readline would ask for it.
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
read -ra registered < <(complete -p "$1")
"${registered[2]}" "$1" "${*: -1}" "${*: -2:1}"
printf '%s\n' "${COMPREPLY[@]}"
