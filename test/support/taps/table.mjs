#!/usr/bin/env node
// A Singer tap of one table, as a lines file: incremental by `updated_at` with >=, a bookmark after every so many rows,
// or the full table with ACTIVATE_VERSION. It may be told to die by SIGKILL at rows, once each, and to stamp its rows
// with the time of its run as the targets' loaders like it.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const args = process.argv.slice(2);
const read = (option) =>
  args.includes(option) ? JSON.parse(readFileSync(args[args.indexOf(option) + 1], 'utf8')) : null;
const {
  file,
  stream = 'orders',
  bookmarkEvery = 0,
  full = false,
  stamps = false,
  deaths,
  password,
} = read('--config');
const schema = { type: 'object', properties: { id: { type: 'integer' }, updated_at: { type: 'string' } } };

const say = (text) => {
  for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(1, rest));
};
const tell = (message) => say(`${JSON.stringify(message)}\n`);

/** The row before which this run dies, or none: each death is taken once. */
function deathOfThisRun() {
  for (const [index, at] of (deaths?.at ?? []).entries()) {
    try {
      closeSync(openSync(join(deaths.folder, `death-${index}`), 'wx'));
      return at;
    } catch {
      // A run before this one died it.
    }
  }
  return -1;
}

function discover() {
  const method = full ? 'FULL_TABLE' : 'INCREMENTAL';
  const root = {
    inclusion: 'available',
    'table-key-properties': ['id'],
    'forced-replication-method': method,
  };
  if (!full) root['valid-replication-keys'] = ['updated_at'];
  const metadata = [{ breadcrumb: [], metadata: root }];
  tell({ streams: [{ tap_stream_id: stream, stream, schema, key_properties: ['id'], metadata }] });
}

function sync() {
  const all = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const since = read('--state')?.bookmarks?.[stream]?.updated_at ?? '';
  const rows = all.map((line) => JSON.parse(line)).filter((row) => full || (row.updated_at ?? '') >= since);
  const death = deathOfThisRun();
  const version = Date.now();
  const now = new Date(version).toISOString();
  tell({ type: 'STATE', value: {} });
  tell({ type: 'SCHEMA', stream, schema, key_properties: ['id'] });
  process.stderr.write(`reading with ${password}\n`);
  let greatest = since;
  for (const [index, record] of rows.entries()) {
    if (index === death) {
      say('{"type":"RECORD","stream":"or');
      process.kill(process.pid, 'SIGKILL');
    }
    tell({
      type: 'RECORD',
      stream,
      record: stamps
        ? { ...record, _sdc_batched_at: now, _sdc_sequence: version, _sdc_source: file }
        : record,
      ...(full ? { version } : {}),
      time_extracted: '2024-05-01T02:00:00+02:00',
    });
    if ((record.updated_at ?? '') > greatest) greatest = record.updated_at;
    if (!full && bookmarkEvery > 0 && (index + 1) % bookmarkEvery === 0) place(greatest);
  }
  if (full) tell({ type: 'ACTIVATE_VERSION', stream, version });
  else place(greatest);
}

const place = (updated_at) => tell({ type: 'STATE', value: { bookmarks: { [stream]: { updated_at } } } });

if (args.includes('--discover')) discover();
else sync();
