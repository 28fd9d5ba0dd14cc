# Usage: zsh -f complete.zsh SCRIPT LINE...
# What zsh offers for each LINE: an interactive zsh on a terminal of its own loads SCRIPT, gets LINE typed and a tab, and
# prints a line FOUND:... for each candidate, then <END>. It is waited for by marks in its output, never by time.
zmodload zsh/zpty
zpty shell zsh -f -i
send() { zpty -w shell "$1" }
send "PROMPT=; PS2=; unsetopt prompt_cr prompt_sp; autoload -Uz compinit && compinit -D -u; source ${(q)1}"
send 'compadd() { local -a found; builtin compadd -O found "$@"; (( $#found )) && print -rl -- FOUND:$^found; builtin compadd "$@" }'
# In the typed command the marks are broken, so that its echo is none.
# Nothing is inserted or listed, so that ^U takes away all of the line and no question ("see all possibilities?") eats it.
send 'offer() { _main_complete; compstate[insert]= compstate[list]=; print -r -- "<""END>" }; zle -C offer complete-word offer; bindkey "^I" offer'
send 'print -r -- "<""READY>"'
zpty -r shell output '*<READY>*'
for line in "${@:2}"; do
  zpty -w -n shell "$line"$'\t'
  zpty -r shell output '*<END>*'
  print -r -- "$output"
  zpty -w -n shell $'\C-u'
done
zpty -d shell
