import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLine } from '../../../connectors/airbyte/messages.ts';
import { memberText } from '../../../connectors/airbyte/raw.ts';
import { isPlace, isStateText, speaksOf, stateFile } from '../../../connectors/airbyte/state.ts';
import type { JsonObject } from '../../../domain/json.ts';

test('a member of an object comes back as it stands there', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.string(),
      fc.jsonValue(),
      fc.constantFrom(0, 1, 3),
      (others, name, value, indent) => {
        const text = JSON.stringify({ ...others, [name]: value }, null, indent);
        const found = memberText(text, name);
        const parsed = JSON.parse(text) as JsonObject;
        if (name === '__proto__') return;
        assert.deepEqual(JSON.parse(found ?? 'null'), parsed[name]);
      },
    ),
  );
  const text = '{"type":"STATE", "state" : {"data":{"state":1,"lsn":92233720368547758079,"a":[{"}":"]"}]}} }';
  assert.equal(memberText(text, 'state'), '{"data":{"state":1,"lsn":92233720368547758079,"a":[{"}":"]"}]}}');
  assert.equal(memberText(text, 'data'), undefined);
});

test('no line is ever more than a message, a row, a fault or a word to people', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      const [kind] = Object.keys(parseLine(line));
      assert.match(kind ?? '', /^(message|lostRow|fault|said)$/);
    }),
  );
  assert.deepEqual(Object.keys(parseLine('Traceback (most recent call last):')), ['said']);
  assert.deepEqual(Object.keys(parseLine('x{"type":"RECORD","record":{}}')), ['lostRow']);
  assert.deepEqual(Object.keys(parseLine('{"type":"RECORD","record":{"data":{}}}')), ['fault']);
  assert.deepEqual(Object.keys(parseLine('{"type":"STATE"}')), ['fault']);
});

const ours = { name: 'orders', namespace: 'public' };
const perStream = (stream_state: JsonObject | null, namespace?: string): JsonObject => ({
  type: 'STREAM',
  stream: {
    stream_descriptor: { name: 'orders', ...(namespace === undefined ? {} : { namespace }) },
    ...(stream_state === null ? {} : { stream_state }),
  },
});

test('a state is a place if something is in it, of our stream or of all of them', () => {
  assert.ok(speaksOf(perStream({ at: 1 }, 'public'), ours) && speaksOf(perStream({ at: 1 }), ours));
  assert.ok(!speaksOf(perStream({ at: 1 }, 'other'), ours));
  assert.ok(speaksOf({ type: 'GLOBAL', global: {} }, ours) && speaksOf({ data: { at: 1 } }, ours));
  assert.ok(!speaksOf({ type: 'NEW' }, ours));
  assert.ok(isPlace(perStream({ at: 1 })));
  for (const empty of [perStream({}), perStream(null), perStream({ parts: [{}], at: null })])
    assert.ok(!isPlace(empty));
  assert.ok(isPlace({ type: 'GLOBAL', global: { shared_state: { lsn: 1 }, stream_states: [] } }));
  assert.ok(isPlace({ type: 'GLOBAL', global: { stream_states: [{ stream_state: { at: 1 } }] } }));
  assert.ok(!isPlace({ type: 'GLOBAL', global: { stream_states: [{ stream_state: {} }] } }));
  assert.ok(isPlace({ data: { orders: { at: 1 } } }) && !isPlace({ type: 'LEGACY', data: {} }));
});

test('a state goes back in a list, an old one as its data', () => {
  const text = '{"type":"STREAM","stream":{"stream_state":{"lsn":92233720368547758079}}}';
  assert.equal(stateFile(text), `[${text}]`);
  assert.equal(stateFile('{"data": {"lsn":92233720368547758079}}'), '{"lsn":92233720368547758079}');
  assert.ok(isStateText(text) && !isStateText('2024-01-01T00:00:00Z') && !isStateText('[]'));
});
