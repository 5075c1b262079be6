#!/usr/bin/env node
// A Singer target that keeps each stream in a file of JSON lines, sorted out by key; STATE only after the rows are
// stored. `does` in its configuration lets it fail in the ways in which targets fail.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const { folder, does } = JSON.parse(readFileSync(process.argv[process.argv.indexOf('--config') + 1], 'utf8'));
const streams = new Map();
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const is = (mark) => existsSync(join(folder, mark));

const fileOf = (stream) => join(folder, `${encodeURIComponent(stream)}.jsonl`);
const open = ({ stream, key_properties: keys, schema }) => {
  if (streams.has(stream)) return;
  const lines = existsSync(fileOf(stream)) ? readFileSync(fileOf(stream), 'utf8').split('\n') : [];
  const rows = lines.filter(Boolean).map((line) => JSON.parse(line));
  const keyOf = (row) => JSON.stringify(keys.map((key) => row[key]));
  streams.set(stream, { schema, keyOf, rows: new Map(rows.map((row) => [keyOf(row), row])) });
};
const store = () => {
  for (const [stream, { rows }] of streams) {
    writeFileSync(
      `${fileOf(stream)}.new`,
      [...rows.values()].map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
    renameSync(`${fileOf(stream)}.new`, fileOf(stream));
  }
};
const take = ({ stream, record }) => {
  const known = streams.get(stream);
  for (const name of Object.keys(record))
    if (!Object.hasOwn(known.schema.properties, name)) throw new Error(`${name} is not in the schema`);
  if (record._sdc_deleted_at !== null) known.rows.delete(known.keyOf(record));
  else known.rows.set(known.keyOf(record), record);
};

if (does === 'tellEnvironment') {
  process.stderr.write(
    `variables: ${Object.keys(process.env).sort().join(' ')}; secret: ${process.argv.join(' ')}`,
  );
  process.exit(3);
}
// Where it is started, as targets do that are not told where to.
if (does === 'writeHere') writeFileSync('orders.jsonl', '{}\n');
if (does === 'bearChild') {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  writeFileSync(join(folder, 'child.pid'), String(child.pid));
}
if (does === 'sleep' || does === 'bearChild') setInterval(() => {}, 1_000);
else
  for await (const line of createInterface({ input: process.stdin })) {
    if (is('severed')) {
      process.stderr.write('connection to the warehouse lost\n');
      process.exit(1);
    }
    // Its connection hangs, and it with it.
    while (is('stalled')) await new Promise((resolve) => setTimeout(resolve, 20));
    const message = JSON.parse(line);
    if (message.type === 'SCHEMA') open(message);
    if (message.type === 'RECORD') take(message);
    if (message.type !== 'STATE') continue;
    store();
    if (does === 'chat') process.stdout.write('all is well\n');
    if (does === 'keepStates') continue;
    say(does === 'lie' ? { tributary: 99 } : message.value);
  }
