import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { imbalance } from '../../domain/ledger.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import * as airbyte from '../connectors/airbyte/scene.ts';
import { type Script, scriptedProgram } from '../connectors/program/scene.ts';
import * as singer from '../connectors/singer/scene.ts';
import { configure } from '../kill/killed-program.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';

let world: World;
let folder: string;
const programs: Record<string, readonly string[]> = {};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  world = await startWorld({}, [], { sources: { programs, folders: [] } });
});
after(async () => {
  await world?.stop();
  await rm(folder, { recursive: true });
});

const day = (n: number): string => `2024-01-${String(n).padStart(2, '0')}T00:00:00Z`;
const row = (n: number): JsonObject => ({ id: n, updated_at: day(n), lines: [{ sku: 'a', tags: [] }] });

/** A kind of program: how it says what it has, gives a row and then its place, and what of its output is a fault. */
interface Kind {
  readonly definition: ConnectorDefinition;
  readonly discover: JsonValue;
  readonly ahead: readonly JsonValue[];
  readonly given: (n: number) => readonly JsonValue[];
  readonly garbage: readonly JsonValue[];
  readonly noCatalog: RegExp;
}

const kinds: Readonly<Record<'tap' | 'source', Kind>> = {
  tap: {
    definition: singer.tapDefinition({ incremental: true, quietSecs: 30, app: 'bad-tap' }),
    discover: singer.catalog,
    ahead: [{ type: 'STATE', value: {} }, singer.schema],
    given: (n) => [singer.record(row(n)), singer.state(day(n))],
    garbage: ['all is well'],
    noCatalog: /something that is no catalog/,
  },
  source: {
    definition: airbyte.sourceDefinition({ incremental: true, quietSecs: 30, app: 'bad-source' }),
    discover: airbyte.catalogOf(airbyte.streamOf()),
    ahead: ['Picked up JAVA_OPTS'],
    given: (n) => [airbyte.record(row(n)), airbyte.state(day(n), 1)],
    garbage: [{ type: 'STATE' }],
    noCatalog: /no CATALOG/,
  },
};

/** What a program does after its row, and how that leaves the session. */
interface Fault extends Omit<Script, 'read'> {
  readonly what: string;
  readonly after?: readonly JsonValue[];
  readonly reason: ReasonCode;
  readonly says: RegExp;
  /** Whether it fails before it gives anything. */
  readonly isEmpty?: true;
}

const garbage = 'SOURCE_PROGRAM_GARBAGE';
/** Tried again, and given up where no new place comes. */
const exhausted = 'ATTEMPTS_EXHAUSTED';

const faultsOf = (kind: Kind): readonly Fault[] => [
  { what: 'prints garbage', after: kind.garbage, reason: garbage, says: /Line \d+ of the program's output/ },
  { what: 'ends in half a line', ends: { read: 'halfLine' }, reason: garbage, says: /is cut off/ },
  {
    what: 'fails after its last row',
    ...{ codes: { read: 1 }, words: 'could not say goodbye\n' },
    ...{ reason: exhausted, says: /could not say goodbye/ },
  },
  { what: 'hangs', ends: { read: 'hangs' }, reason: exhausted, says: /said nothing for 1 s/ },
  {
    what: 'gives no catalog that can be read',
    ...{ discover: ['{"streams":['], isEmpty: true, reason: garbage, says: kind.noCatalog },
  },
];

/** What both kinds have in common is tried with one of them. */
const commonFaults: readonly Fault[] = [
  { what: 'prints a line of 200 MB', ends: { read: 'longLine' }, reason: garbage, says: /is longer than/ },
  { what: 'never ends its line', ends: { read: 'neverLine' }, reason: garbage, says: /is longer than/ },
  {
    what: 'does not heed SIGTERM',
    ...{ after: kinds.tap.garbage, ends: { read: 'ignoresTerm' }, reason: garbage, says: /all is well/ },
  },
  {
    what: 'has started another one',
    ...{ after: kinds.tap.garbage, ends: { read: 'bearsChild' }, reason: garbage, says: /all is well/ },
  },
];

describe('programs that do what they should not', { concurrency: true }, () => {
  for (const [name, faults] of [
    ['tap', [...faultsOf(kinds.tap), ...commonFaults]],
    ['source', faultsOf(kinds.source)],
  ] as const)
    it(`a ${name} with one fault after another: each says why, rows before it are kept, and none is there twice`, async () => {
      const kind = kinds[name];
      const own = await mkdtemp(join(folder, `${name}-`));
      const { definition } = kind;
      const executable = definition.program?.executable ?? '';
      const connection = await world.started({ definition, baseUrl: 'http://127.0.0.1' });
      const { _id: id } = connection;
      const script = (
        n: number,
        { after: more = [], ...fault }: Omit<Script, 'read'> & { after?: readonly JsonValue[] },
      ) =>
        scriptedProgram(own, {
          ...{ discover: [kind.discover], ...fault },
          read: [...kind.ahead, ...kind.given(n), ...more],
        });
      const port = world.sessions();
      let given = 0;
      let seq = 0;
      for (const { what, reason, says, isEmpty, ...fault } of faults) {
        programs[executable] = await script(given + 1, fault);
        // Streams are not asked for again soon, unless the configuration is another one.
        await configure(world, connection, { token: what });
        const quietSecs = fault.ends?.read === 'hangs' ? 1 : 30;
        world.definitions.set(definition.id, { ...definition, program: { executable, quietSecs } });
        if (given === 0) await port.startSession(connection, { kind: 'load', by: tester });
        else await port.call((await world.latest(id))._id, 'retry', { by: tester });
        const failed = await world.reaches(id, 11, (session) => session.seq > seq);
        seq = failed.seq;
        assert.deepEqual([what, failed.reason], [what, reason]);
        assert.match(failed.detail ?? '', says, what);
        if (isEmpty === undefined) given += 1;
        // Rows that came again after a failure are counted again; where it goes on is that of the last one.
        const checkpoint = await world.stores.loading.checkpoint(failed._id, 'orders');
        assert.ok((checkpoint?.rows ?? 0) >= given, `${what}: ${checkpoint?.rows} of ${given} rows are kept`);
        assert.match(checkpoint?.cursor ?? '', new RegExp(day(given)), what);
        if (fault.ends?.read === 'bearsChild') await gone(Number(await readFile(join(own, 'child'), 'utf8')));
      }

      // It ends well, and leaves a child behind that holds its output open.
      await script(given + 1, { ends: { read: 'leavesChild' } });
      await port.call((await world.latest(id))._id, 'retry', { by: tester });
      const session = await world.reaches(id, 19);
      assert.match(await readFile(join(own, 'seen-state'), 'utf8'), new RegExp(day(given)));
      const [run] = await world.stores.structuring.many(session._id, ['orders']);
      assert.ok(run);
      const { read, inserted, duplicate } = run.ledger;
      assert.equal(imbalance(run.ledger), null);
      assert.deepEqual([inserted, read - duplicate], [given + 1, given + 1]);
      const records = world.stores.records.of(id, 1, 'orders');
      for (let n = 1; n <= given + 1; n++) assert.deepEqual((await records.get(String(n)))?.data, row(n));
      assert.equal(await records.count(), given + 1);
      await gone(Number(await readFile(join(own, 'child'), 'utf8')));

      // Rows without a place come to Synced; the next session begins at the last one that there was.
      await world.closes(id);
      for (const number of [2, 3]) {
        await scriptedProgram(own, {
          discover: [kind.discover],
          read: [...kind.ahead, ...kind.given(given + 2).slice(0, 1)],
        });
        await port.startSession(connection, { kind: 'load', by: tester });
        const next = await world.reaches(id, 19, (one) => one.number === number);
        await world.closes(id);
        const [ledger] = (await world.stores.structuring.many(next._id, ['orders'])).map((one) => one.ledger);
        assert.deepEqual([ledger?.read, ledger?.inserted], [1, number === 2 ? 1 : 0]);
        assert.match(await readFile(join(own, 'seen-state'), 'utf8'), new RegExp(day(given + 1)));
      }
    });
});

const gone = (pid: number) =>
  until(`the end of process ${pid}`, async () => {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
    return /\) [ZX]/.test(state) ? { found: true } : { seen: state.slice(0, 40) };
  });
