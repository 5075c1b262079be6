import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from '../../domain/errors.ts';
import { type ExplainFacts, explain, reasonFor, reasons } from '../../domain/reasons.ts';
import { sessionMachine, sessionStatusKinds, sessionStatusNames } from '../../domain/session.ts';

const since = '2026-03-01T08:00:00.000Z';
const until = '2026-03-08T08:00:00.000Z';
const pairs = reasons.flatMap((row) => row.statuses.map((status) => ({ row, status })));
const say = (pair: (typeof pairs)[number], facts: ExplainFacts, end?: string) =>
  explain({
    status: pair.status,
    statusName: sessionStatusNames[pair.status],
    reason: pair.row.code,
    since,
    until: end,
    facts,
  });

const fullFacts: ExplainFacts = {
  sessionId: 'shop-west.3',
  connectionId: 'shop-west',
  app: 'Storefront',
  resources: ['orders', 'products'],
  substage: 'monitoring',
  quarantined: 1,
  rows: 9994,
  cause: 'status 500\n at page {7|8}.',
};

test('every status has at least one reason', () => {
  const without = sessionMachine.statuses.filter((status) => !pairs.some((pair) => pair.status === status));
  assert.deepEqual(without, []);
});

test('a status and a code have one row', () => {
  const seen = pairs.map(({ row, status }) => `${status} ${row.code}`);
  assert.deepEqual(
    seen.filter((pair, place) => seen.indexOf(pair) !== place),
    [],
  );
});

test('every reason of an error status is a code of the error table', () => {
  const unknown = pairs
    .filter(
      ({ row, status }) =>
        sessionStatusKinds[status] === 'error' &&
        !['CONNECTION_PAUSED', 'CONNECTION_ERROR'].includes(row.code),
    )
    .filter(({ row }) => !(row.code in errors));
  assert.deepEqual(
    unknown.map(({ row }) => row.code),
    [],
  );
});

test('every error status tells a call, who, and what happens otherwise', () => {
  for (const { row, status } of pairs) {
    if (sessionStatusKinds[status] !== 'error') continue;
    assert.ok(row.call !== null && row.who !== 'nobody', `${status} ${row.code}`);
    assert.ok(row.causes.length > 0 && row.otherwise !== '', `${status} ${row.code}`);
  }
});

test('explain makes one plain sentence of every reason, whatever is known', () => {
  for (const pair of pairs)
    for (const known of [
      {},
      fullFacts,
      { held: true },
      { closed: true },
      { ...fullFacts, held: true, closed: true },
    ])
      for (const end of [undefined, until]) {
        const { cause: _, ...facts }: ExplainFacts = known;
        const sentence = say(pair, facts, end);
        assert.ok(
          sentence.startsWith(`${sessionStatusNames[pair.status]} (${pair.status}) since ${since}: `),
          sentence,
        );
        assert.match(sentence, /[^.]\.$/);
        assert.doesNotMatch(sentence, /undefined|null|NaN|[{}|\n]| {2}/, sentence);
      }
});

test('explain of a waiting session tells what, until when, what then, and the call', () => {
  const sentence = explain({
    status: 6,
    statusName: 'Authorization',
    reason: 'WAITING_FOR_CONSENT',
    since,
    until,
    facts: { connectionId: 'shop-west', app: 'Storefront' },
  });
  assert.equal(
    sentence,
    `Authorization (6) since ${since}: it waits for the customer to open the consent link of Storefront; ` +
      'the customer can go on with POST /api/connections/shop-west/authorize ' +
      `(tributary connection authorize shop-west), which says where to do it; otherwise at ${until} the session ends in Authorization Timed Out (20).`,
  );
});

test('explain of a failed session names the session in the call and the cause as it was given', () => {
  const row = reasonFor(14, 'MERGE_FAILED');
  assert.ok(row);
  const sentence = say({ row, status: 14 }, fullFacts, until);
  assert.match(sentence, /the rows of orders, products could not be merged into records/);
  assert.match(sentence, /\(status 500 at page \{7\|8\}\)/);
  assert.match(
    sentence,
    /POST \/api\/sessions\/shop-west\.3\/retry \(tributary session retry shop-west\.3\)/,
  );
});

test('explain counts one row in the singular', () => {
  const row = reasonFor(19, 'SYNCED_WITH_QUARANTINE');
  assert.ok(row);
  assert.match(say({ row, status: 19 }, { quarantined: 1 }), / with 1 row in quarantine that did not fit;/);
  assert.match(
    say({ row, status: 19 }, { quarantined: 12 }),
    / with 12 rows in quarantine that did not fit;/,
  );
});

test('explain of a held session promises no time and names resume, not retry', () => {
  const row = reasonFor(11, 'SOURCE_UNREACHABLE');
  assert.ok(row);
  const sentence = say({ row, status: 11 }, { held: true, connectionId: 'shop-west' }, until);
  assert.match(sentence, /POST \/api\/connections\/shop-west\/resume/);
  assert.doesNotMatch(sentence, /retry [(:]|2026-03-08/);
});

test('explain of a closed session tells what still helps', () => {
  const closed = (status: 7 | 11, code: Parameters<typeof reasonFor>[1]) => {
    const row = reasonFor(status, code);
    assert.ok(row);
    return say({ row, status }, { closed: true });
  };
  assert.match(
    closed(7, 'CONSENT_DENIED'),
    /\/authorize .*nothing is loaded for a connection that has no grant from before\.$/,
  );
  assert.match(closed(11, 'SOURCE_REFUSED'), /\/retry .*nothing more is loaded from this session\.$/);
  assert.match(
    closed(11, 'CANCELED'),
    /nobody can move it on any more; the session stays closed and the next one loads again\.$/,
  );
});
