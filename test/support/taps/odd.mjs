// A source that does one odd thing: the first argument names it.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [what, ...rest] = process.argv.slice(2);
const say = (text) => process.stdout.write(text);
const forEver = () => setInterval(() => undefined, 1_000);
const piece = 'x'.repeat(1 << 20);

/** As many pieces as it is asked for, at the pace of the reader. */
function pour(count) {
  if (count === 0) return;
  process.stdout.write(piece, () => pour(count - 1));
}

const does = {
  lines: () => say('{"a":1}\n\n{"a":2}\n'),
  longLine: () => {
    say('{"a":1}\n');
    pour(200);
  },
  neverLine: () => {
    say('{"a":1}\n');
    pour(Number.POSITIVE_INFINITY);
  },
  halfLine: () => say('{"a":1}\n{"a":'),
  wholeLastLine: () => say('{"a":1}\n{"a":2}'),
  halfLineThenFail: () =>
    process.stdout.write('{"a":1}\n{"a":', () => {
      process.stderr.write('the disk of secret-of-mine is full\n', () => process.exit(3));
    }),
  noText: () => process.stdout.write(Buffer.from('{"a":1}\n{"a":"\xe9"}\n', 'latin1')),
  hangs: () => {
    say('{"a":1}\n');
    forEver();
  },
  ignoresTerm: () => {
    process.on('SIGTERM', () => undefined);
    say(`{"pid":${process.pid}}\n`);
    forEver();
  },
  bearsChild: () => {
    const child = spawn(
      process.execPath,
      ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e3)'],
      {
        stdio: 'inherit',
      },
    );
    say(`{"pid":${child.pid}}\n`);
    forEver();
  },
  leavesChild: () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e3)'], { stdio: 'inherit' });
    say(`{"pid":${child.pid}}\n`);
    child.unref();
  },
  environment: () =>
    say(`${JSON.stringify({ names: Object.keys(process.env), cwd: process.cwd(), rest })}\n`),
  countsWhatIsTaken: () => {
    const line = `{"text":"${'y'.repeat(1_000)}"}\n`;
    let written = 0;
    const more = () => {
      written += 1;
      // A pipe that nobody reads takes some sixty lines.
      if (written % 10 === 0) writeFileSync(rest[0], String(written));
      if (written < 100_000) process.stdout.write(line, more);
    };
    more();
  },
};
does[what]();
