/** Reads one line of blank-separated fields byte by byte: a regular expression per line costs ten times as much. */

const blank = 0x20;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const underscore = 0x5f;
const longestWord = 64;

export class LineCursor {
  /** False as soon as a field was not what it had to be; the values read since then mean nothing. */
  ok = true;
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.ok = true;
  }

  get isAtEnd(): boolean {
    return this.at === this.end;
  }

  /** A decimal number that a double holds exactly, perhaps negative. */
  decimal(): number {
    const negative = this.bytes[this.at] === minus && this.at < this.end;
    if (negative) this.at++;
    const first = this.at;
    let value = 0;
    while (this.at < this.end) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte < zero || byte > nine) break;
      value = value * 10 + byte - zero;
      this.at++;
    }
    if (this.at === first || value > Number.MAX_SAFE_INTEGER) this.ok = false;
    this.endField();
    return negative ? -value : value;
  }

  /** A hexadecimal number of at most 64 bits: its low 32 bits as the C type int. */
  hexInt32(): number {
    const first = this.at;
    let value = 0;
    while (this.at < this.end) {
      const digit = hexDigit(this.bytes[this.at] ?? 0);
      if (digit < 0) break;
      value = (value << 4) | digit;
      this.at++;
    }
    if (this.at === first || this.at - first > 16) this.ok = false;
    this.endField();
    return value;
  }

  /** One ASCII character that is a field of its own. */
  letter(): number {
    const byte = this.at < this.end ? (this.bytes[this.at] ?? 0) : 0;
    this.at++;
    this.endField();
    return byte;
  }

  /** A name of letters, digits and underscores. */
  word(): string {
    const first = this.at;
    while (this.at < this.end && isWordByte(this.bytes[this.at] ?? 0)) this.at++;
    if (this.at === first || this.at - first > longestWord) this.ok = false;
    const word = String.fromCharCode(...this.bytes.subarray(first, Math.min(this.at, first + longestWord)));
    this.endField();
    return word;
  }

  /** What is left of the line, which may hold blanks; a view, valid as long as the line. */
  rest(): Uint8Array {
    const rest = this.bytes.subarray(this.at, this.end);
    this.at = this.end;
    return rest;
  }

  /** A field ends at the end of the line or at one blank with something after it. */
  private endField(): void {
    if (this.at === this.end) return;
    if (this.at > this.end || this.bytes[this.at] !== blank || this.at + 1 === this.end) this.ok = false;
    else this.at++;
  }
}

/** -1 for what is none. */
export function hexDigit(byte: number): number {
  if (byte >= zero && byte <= nine) return byte - zero;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}

function isWordByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= zero && byte <= nine) || (lower >= 0x61 && lower <= 0x7a) || byte === underscore;
}
