/** The text of DTrace's `%S`: printable ASCII as it is, all else escaped as in C, `\0` at the end. */

const backslash = 0x5c;

const singles = new Map<number, number>([
  [0x61, 0x07], // \a
  [0x62, 0x08], // \b
  [0x66, 0x0c], // \f
  [0x6e, 0x0a], // \n
  [0x72, 0x0d], // \r
  [0x74, 0x09], // \t
  [0x76, 0x0b], // \v
  [0x22, 0x22], // \"
  [0x27, 0x27], // \'
  [0x3f, 0x3f], // \?
  [backslash, backslash],
]);

/** The bytes that were escaped; null where this is not the output of `%S`. */
export function unescapeText(escaped: Uint8Array): Uint8Array | null {
  const bytes = new Uint8Array(escaped.length);
  let length = 0;
  for (let at = 0; at < escaped.length;) {
    const byte = escaped[at++] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return null;
    if (byte !== backslash) {
      bytes[length++] = byte;
      continue;
    }
    const octal = readOctal(escaped, at);
    const single = singles.get(escaped[at] ?? 0);
    if (octal !== null) {
      bytes[length++] = octal;
      at += 3;
    } else if (single !== undefined) {
      bytes[length++] = single;
      at++;
    } else if (escaped[at] === 0x30 && at + 1 === escaped.length) {
      return bytes.subarray(0, length);
    } else return null;
  }
  return null;
}

/** Three octal digits, at most 0377. */
function readOctal(bytes: Uint8Array, at: number): number | null {
  let value = 0;
  for (let place = at; place < at + 3; place++) {
    const digit = (bytes[place] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) return null;
    value = value * 8 + digit;
  }
  return value <= 0xff ? value : null;
}
