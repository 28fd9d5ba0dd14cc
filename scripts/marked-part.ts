/** The part of a page that a script writes: `<!-- name: how it is written --> ... <!-- end of name -->`. */

/** @throws where the page has no such marks */
export function replaceMarkedPart(page: string, name: string, text: string): string {
  const begin = new RegExp(`<!-- ${name}: [^>]*-->`).exec(page);
  const end = page.indexOf(`<!-- end of ${name} -->`);
  if (begin === null || end < begin.index) throw new Error(`the page has no marks around its ${name}`);
  const start = begin.index + begin[0].length;
  return `${page.slice(0, start)}\n\n${text.trim()}\n\n${page.slice(end)}`;
}
