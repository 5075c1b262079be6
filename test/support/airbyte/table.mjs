#!/usr/bin/env node
// An Airbyte source of one table, as a lines file: incremental by `updated_at` with >=, a state after every so many rows
// and at the end. It may be told to die by SIGKILL at rows, once each, and to rotate its token at each read.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [command, ...args] = process.argv.slice(2);
const read = (option) =>
  args.includes(option) ? JSON.parse(readFileSync(args[args.indexOf(option) + 1], 'utf8')) : null;
const say = (text) => {
  for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(1, rest));
};
const tell = (message) => say(`${JSON.stringify(message)}\n`);
const log = (message) => tell({ type: 'LOG', log: { level: 'INFO', message } });

const connectionSpecification = {
  type: 'object',
  required: ['file', 'token'],
  properties: { file: { type: 'string' }, token: { type: 'string', airbyte_secret: true } },
};
const json_schema = {
  type: 'object',
  properties: { id: { type: 'integer' }, updated_at: { type: 'string' } },
};
const name = 'orders';

/** The row before which this run dies, or none: each death is taken once. */
function deathOfThisRun({ deaths }) {
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

const status = (word) =>
  tell({
    type: 'TRACE',
    trace: {
      type: 'STREAM_STATUS',
      emitted_at: Date.now(),
      stream_status: { stream_descriptor: { name }, status: word },
    },
  });

function readTable(config) {
  const { file, stateEvery = 0, token } = config;
  const [configured] = read('--catalog').streams;
  const isWhole = configured.sync_mode === 'full_refresh';
  const since = isWhole ? '' : (read('--state')?.[0]?.stream.stream_state.updated_at ?? '');
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const rows = lines.map((line) => JSON.parse(line)).filter((row) => (row.updated_at ?? '') >= since);
  const death = deathOfThisRun(config);
  say('a line of a library\n');
  log(`reading with ${token}`);
  status('STARTED');
  let greatest = since;
  let count = 0;
  const place = () => {
    tell({
      type: 'STATE',
      state: {
        type: 'STREAM',
        stream: { stream_descriptor: { name }, stream_state: { updated_at: greatest } },
        sourceStats: { recordCount: count },
      },
    });
    count = 0;
  };
  for (const [index, data] of rows.entries()) {
    if (index === death) {
      say('{"type":"RECORD","record":{"stream":"or');
      process.kill(process.pid, 'SIGKILL');
    }
    tell({ type: 'RECORD', record: { stream: name, data, emitted_at: Date.now() } });
    count += 1;
    if ((data.updated_at ?? '') > greatest) greatest = data.updated_at;
    if (!isWhole && stateEvery > 0 && (index + 1) % stateEvery === 0) place();
  }
  if (!isWhole) place();
  if (config.rotates) {
    const connectorConfig = { config: { ...config, token: `${token}+` } };
    const control = { type: 'CONNECTOR_CONFIG', emitted_at: Date.now(), connectorConfig };
    tell({ type: 'CONTROL', control });
  }
  status('COMPLETE');
}

const does = {
  spec: () => tell({ type: 'SPEC', spec: { connectionSpecification } }),
  check: () => {
    const refused = read('--config').token === 'wrong-token';
    const connectionStatus = refused
      ? { status: 'FAILED', message: 'The token wrong-token is not known' }
      : { status: 'SUCCEEDED' };
    tell({ type: 'CONNECTION_STATUS', connectionStatus });
  },
  discover: () => {
    const stream = {
      ...{ name, json_schema, supported_sync_modes: ['full_refresh', 'incremental'] },
      ...{ source_defined_cursor: true, default_cursor_field: ['updated_at'] },
      source_defined_primary_key: [['id']],
    };
    tell({ type: 'CATALOG', catalog: { streams: [stream] } });
  },
  read: () => readTable(read('--config')),
};
does[command]();
