/** One word for sh: nothing has a meaning between single quotes. */
export function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
