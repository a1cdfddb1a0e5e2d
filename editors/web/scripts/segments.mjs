// Go's linker cuts the data of a program at each run of zeros, into 100,000 segments whose heads are as long as what they save, and
// do not compress. This lays neighbours together again, which makes the program a twenty-fifth smaller, and loads it sooner.

const dataSection = 11;
const most = 4096; // zeros between two segments that are laid together

/** The program with its data in a few segments. */
export function joinSegments(program) {
  const out = [program.subarray(0, 8)]; // the magic number and the version
  const reader = new Reader(program, 8);
  while (reader.at < program.length) {
    const kind = program[reader.at++];
    const length = reader.unsigned();
    const content = program.subarray(reader.at, (reader.at += length));
    const made = kind === dataSection ? join(content) : content;
    out.push(Buffer.from([kind]), unsigned(made.length), made);
  }
  return Buffer.concat(out);
}

function join(content) {
  const reader = new Reader(content, 0);
  const segments = []; // of active ones in the first memory, where each begins, and its pieces
  for (let left = reader.unsigned(); left > 0; left--) {
    if (content[reader.at++] !== 0 || content[reader.at++] !== 0x41) throw new Error('a segment of data is not where Go puts it');
    const start = reader.signed();
    if (content[reader.at++] !== 0x0b) throw new Error('the place of a segment of data is not a constant');
    const length = reader.unsigned();
    const bytes = content.subarray(reader.at, (reader.at += length));
    const last = segments.at(-1);
    const gap = last ? start - last.end : -1;
    if (gap >= 0 && gap <= most) last.pieces.push(Buffer.alloc(gap), bytes);
    else segments.push({ start, pieces: [bytes] });
    segments.at(-1).end = start + length;
  }
  const made = segments.flatMap(({ start, end, pieces }) => [Buffer.from([0, 0x41]), signed(start), Buffer.from([0x0b]), unsigned(end - start), ...pieces]);
  return Buffer.concat([unsigned(segments.length), ...made]);
}

/** Reads the integers of WebAssembly: seven bits a byte, the lowest first. */
class Reader {
  constructor(bytes, at) {
    Object.assign(this, { bytes, at });
  }

  unsigned() {
    let [value, scale, byte] = [0, 1, 0];
    do {
      byte = this.bytes[this.at++];
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte & 0x80);
    return value;
  }

  signed() {
    const from = this.at;
    const value = this.unsigned();
    const scale = 128 ** (this.at - from);
    return value >= scale / 2 ? value - scale : value;
  }
}

function unsigned(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

/** An address, which is not negative: its last byte leaves the place of the sign empty. */
function signed(value) {
  const bytes = [];
  for (; value >= 64; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}
