/** Foreign text can be as long as a program likes; in a sentence it gets the room of a name. */

const nameLength = 60;

/** The beginning, cut between characters, and how long the whole is. Escaping is the renderer's. */
export function excerpt(text: string, length = nameLength): string {
  if (text.length <= length) return text;
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  return `${characters.slice(0, length).join('')}... (${characters.length} characters)`;
}
